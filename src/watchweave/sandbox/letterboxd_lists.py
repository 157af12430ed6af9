"""Lists of films in the API of the simulated Letterboxd."""

from __future__ import annotations

from msgspec import UNSET, Struct, UnsetType

from .letterboxd_asking import Ask, Routes, Stop, absent
from .letterboxd_member import Member
from .letterboxd_rows import Row, item_row, list_row
from .letterboxd_rules import PRIVATE_VIEW, plain
from .letterboxd_shelves import Item, ItemList
from .server import Answer


class Step(Struct, frozen=True, rename="camel"):
    """One change of what stands on a list: ADD a film, DELETE or UPDATE what stands at a position, or CLEAR.

    Positions count from 0, in the list as the step before left it. A film stands on a list once.
    """

    action: str
    film: str = ""
    position: int | None = None
    new_position: int | None = None
    notes: str | UnsetType | None = UNSET


class ListBody(Struct, frozen=True):
    """What is not there stays as it is; without a version it is not asked whether the list has changed."""

    name: str = ""
    version: int | None = None
    published: bool | None = None
    ranked: bool | None = None
    description: str | None = None
    tags: list[str] | None = None
    entries: list[Step] = []


class Additions(Struct, frozen=True):
    lists: list[str]
    films: list[str]


def lists(ask: Ask) -> Answer:
    """A member's lists, newest first; the member alone sees those that are not published."""
    owner = ask.owner
    found = [one for one in owner.lists.values() if _visible(ask, owner, one)]
    found.sort(key=lambda one: one.made)
    hidden = set() if ask.letterboxd.options.list_versions else {"version"}

    def row(one: ItemList) -> Row:
        return {name: value for name, value in list_row(owner, one).items() if name not in hidden}

    return ask.page(ask.shown(owner, found[::-1]), row)


def one_list(ask: Ask) -> Answer:
    owner, one = _readable(ask)
    return Answer(list_row(owner, one))


def items(ask: Ask) -> Answer:
    _, one = _readable(ask)
    kept = [item for item in one.items if item.film.work.uid not in ask.letterboxd.films.gone]
    return ask.page(list(enumerate(kept, 1)), lambda pair: item_row(*pair, one.ranked))


def make(ask: Ask) -> Answer:
    me, body = ask.writer, ask.body(ListBody)
    if not body.name:
        raise Stop(400, "A list needs a name")
    made = _after(ask, [], body.entries)
    new = me.make_list(body.name)
    _describe(new, body)
    new.items = made
    return Answer({"data": list_row(me, new), "messages": []})


def change(ask: Ask) -> Answer:
    """All of it or nothing; not where the list has changed since it was read."""
    me, one, body = ask.writer, _own(ask, ask.words[0]), ask.body(ListBody)
    try:
        if body.version not in (None, one.version):
            raise Stop(409, "The list has changed", "ListVersionMismatch")
        items = _after(ask, one.items, body.entries)
    except Stop as stop:
        if not stop.code or ask.letterboxd.options.list_refusals == "status":
            raise
        remark = {"type": "Error", "code": stop.code, "title": stop.message}
        return Answer({"data": list_row(me, one), "messages": [remark]})
    one.items = items
    _describe(one, body)
    me.list_changed(one)
    return Answer({"data": list_row(me, one), "messages": []})


def delete(ask: Ask) -> Answer:
    ask.writer.delete_list(_own(ask, ask.words[0]))
    return Answer(None, 204)


def add_many(ask: Ask) -> Answer:
    """All of these films come to the end of all of these lists."""
    me, body = ask.writer, ask.body(Additions)
    films = [ask.film(name) for name in body.films]
    for one in [_own(ask, name) for name in body.lists]:
        for film in films:
            if all(item.film is not film for item in one.items):
                me.put_on(one, film.work)
    return Answer(None, 204)


def _describe(one: ItemList, body: ListBody) -> None:
    one.name = body.name or one.name
    one.published = one.published if body.published is None else body.published
    one.ranked = one.ranked if body.ranked is None else body.ranked
    one.description = one.description if body.description is None else plain(body.description)
    one.tags = one.tags if body.tags is None else tuple(body.tags)


def _after(ask: Ask, items: list[Item], steps: list[Step]) -> list[Item]:
    for step in steps:
        items = _stepped(ask, items, step)
    return items


def _stepped(ask: Ask, before: list[Item], step: Step) -> list[Item]:
    """What stands on the list after this step."""
    if step.action == "CLEAR":
        return []
    rest, note = list(before), "" if isinstance(step.notes, UnsetType) else plain(step.notes or "")
    if step.action == "ADD":
        film = ask.film(step.film)
        if any(item.film is film for item in rest):
            raise Stop(400, f"{film.name} is on the list already", "DuplicateEntry")
        asked = step.position if step.new_position is None else step.new_position
        rest.insert(len(rest) if asked is None else asked, Item(film, note))
        return rest
    if step.position is None or not 0 <= step.position < len(rest) or step.action not in ("DELETE", "UPDATE"):
        raise Stop(400, "There is no such action, or nothing at this position")
    old = rest.pop(step.position)
    if step.action == "UPDATE":
        kept = old.note if step.notes is UNSET else note
        rest.insert(step.position if step.new_position is None else step.new_position, Item(old.film, kept))
    return rest


def _visible(ask: Ask, owner: Member, one: ItemList) -> bool:
    return one.published or (owner is ask.grant.member and PRIVATE_VIEW in ask.grant.scopes)


def _found(ask: Ask, name: str) -> tuple[Member, ItemList]:
    found = [(owner, owner.lists[name]) for owner in ask.letterboxd.members if name in owner.lists]
    return found[0] if found else absent()


def _readable(ask: Ask) -> tuple[Member, ItemList]:
    owner, one = _found(ask, ask.words[0])
    if owner.private or not _visible(ask, owner, one):
        absent()
    return owner, one


def _own(ask: Ask, name: str) -> ItemList:
    owner, one = _found(ask, name)
    if owner is not ask.me:
        raise Stop(403, "This is not yours")
    return one


ROUTES: Routes = (
    ("GET", "/lists", lists),
    ("POST", "/lists", make),
    ("PATCH", "/lists", add_many),
    ("GET", "/list/([^/]+)", one_list),
    ("PATCH", "/list/([^/]+)", change),
    ("DELETE", "/list/([^/]+)", delete),
    ("GET", "/list/([^/]+)/entries", items),
)
