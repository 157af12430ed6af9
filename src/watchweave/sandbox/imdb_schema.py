"""What can be asked of the simulated IMDb's GraphQL hosts: the fields and values of the reference's questions, no more."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from msgspec import Struct

from .imdb_language import Reader, Type

TEXT = """
type Query {
  user: User
  userProfile(input: UserProfileInput!): UserProfile
  title(id: ID!): Title
  predefinedList(classType: ListClassId!, userId: ID): List
  list(id: ID!): List
  advancedTitleSearch(
    first: Int!, after: String, sort: AdvancedTitleSearchSort, constraints: AdvancedTitleSearchConstraints
  ): AdvancedTitleSearchConnection
}
type Mutation {
  rateTitle(input: RateTitleInput!): RateTitlePayload
  deleteTitleRating(input: DeleteTitleRatingInput!): DeleteTitleRatingPayload
  addItemToPredefinedList(input: AddItemToPredefinedListInput!): ModifiedList
  removeElementFromPredefinedList(input: RemoveElementFromPredefinedListInput!): ModifiedList
  addWatchedTitle(titleId: ID!): AddWatchedTitlePayload
  removeWatchedTitle(titleId: ID!): RemoveWatchedTitlePayload
  addItemToList(input: AddItemToListInput!): ModifiedList
  removeElementFromList(input: RemoveElementFromListInput!): ModifiedList
  createList(input: CreateListInput!): ListReference
  deleteList(input: DeleteListInput!): ListReference
  createListExport(input: CreateListExportInput!): ListExport
}

type User { fullName: String profile: UserProfile }
type UserProfile { userId: ID nickName: String }
type Title {
  id: ID! titleType: TitleType titleText: TitleText userRating: Rating series: SeriesOfEpisode
}
type TitleType { id: String }
type TitleText { text: String }
type Rating { value: Int date: String }
type SeriesOfEpisode { series: Title episodeNumber: EpisodeNumber }
type EpisodeNumber { seasonNumber: Int episodeNumber: Int }

type List { items(first: Int!, after: ID): ListItemConnection }
type ListItemConnection { total: Int edges: [ListItemEdge] pageInfo: PageInfo }
type ListItemEdge { node: ListItemNode }
type ListItemNode { item: Item }
union Item = Title
type AdvancedTitleSearchConnection { total: Int edges: [AdvancedTitleSearchEdge] pageInfo: PageInfo }
type AdvancedTitleSearchEdge { node: AdvancedTitleSearchResult }
type AdvancedTitleSearchResult { title: Title }
type PageInfo { hasNextPage: Boolean endCursor: ID }

type RateTitlePayload { rating: Rating }
type DeleteTitleRatingPayload { date: String }
type ModifiedList { listId: ID modifiedItem: ModifiedItem }
type ModifiedItem { itemId: ID }
type AddWatchedTitlePayload { success: Boolean message: LocalizedString }
type RemoveWatchedTitlePayload { success: Boolean message: LocalizedString remainingWatchedSourceTypes: [String] }
type LocalizedString { value: String language: String }
type ListReference { listId: ID }
type ListExport { status: ListExportStatus }
type ListExportStatus { id: String }

input UserProfileInput { profileId: ID! }
input AdvancedTitleSearchSort { sortBy: AdvancedTitleSearchSortBy! sortOrder: SortOrder! }
input AdvancedTitleSearchConstraints {
  myRatingConstraint: MyRatingSearchConstraint titleTypeConstraint: TitleTypeSearchConstraint
}
input MyRatingSearchConstraint { filterType: MyRatingFilterType! ratingRange: RatingRange }
input RatingRange { min: Int max: Int }
input TitleTypeSearchConstraint { anyTitleTypeIds: [String!] }
input RateTitleInput { rating: Int! titleId: ID! }
input DeleteTitleRatingInput { titleId: ID! }
input AddItemToPredefinedListInput { classType: ListClassId! item: AddedItem! }
input RemoveElementFromPredefinedListInput { classType: ListClassId! itemElementId: ID! }
input AddItemToListInput { listId: ID! item: AddedItem! }
input AddedItem { itemElementId: ID! }
input RemoveElementFromListInput { listId: ID! itemElementId: ID! }
input CreateListInput {
  name: String! listDescription: String listType: ListTypeId! visibility: ListVisibilityId! allowDuplicates: Boolean
}
input DeleteListInput { listId: ID! }
input CreateListExportInput { listId: ID! }

enum ListClassId { WATCH_LIST CHECK_INS }
enum ListTypeId { TITLES }
enum ListVisibilityId { PRIVATE PUBLIC }
enum AdvancedTitleSearchSortBy { MY_RATING_DATE }
enum SortOrder { ASC DESC }
enum MyRatingFilterType { INCLUDE }
"""
"""Names of types that no question of the reference says are ours. CHECK_INS is what IMDb's own pages ask for."""

SCALARS = frozenset({"ID", "String", "Int", "Boolean"})


class Slot(Struct, frozen=True):
    """A field of a type: what it holds, and what it takes."""

    type: Type
    arguments: Mapping[str, Type]


class Schema(Struct, frozen=True):
    """All types by their names; a union stands for the one type that it has."""

    objects: dict[str, Mapping[str, Slot]]
    inputs: dict[str, Mapping[str, Type]]
    enums: dict[str, frozenset[str]]
    unions: dict[str, str]


@lru_cache(maxsize=1)
def schema() -> Schema:
    reader, read = Reader(TEXT), Schema({}, {}, {}, {})
    while not reader.at_end:
        what, name = reader.name(), reader.name()
        if what == "union":
            reader.take("=")
            read.unions[name] = reader.name()
        elif what == "enum":
            read.enums[name] = frozenset(reader.several("{", "}", Reader.name))
        elif what == "input":
            read.inputs[name] = dict(reader.several("{", "}", _input))
        else:
            read.objects[name] = dict(reader.several("{", "}", _slot))
    return read


def _input(reader: Reader) -> tuple[str, Type]:
    name = reader.name()
    reader.take(":")
    return name, reader.type()


def _slot(reader: Reader) -> tuple[str, Slot]:
    name = reader.name()
    arguments = dict(reader.several("(", ")", _input)) if reader.sees("(") else {}
    reader.take(":")
    return name, Slot(reader.type(), arguments)
