"""The simulated media server, point by point (plex.md 15.1 to 15.6)."""

from __future__ import annotations

import pytest

from tests.sandbox.plex_guest import IDENTIFIER, ask, plex, read, rows, titles, xml
from watchweave.sandbox import faults
from watchweave.sandbox.plex import Plex

PAGE = "X-Plex-Container-Start=0&X-Plex-Container-Size="
ROOT = "com.plexapp.plugins.library/library/metadata"


@pytest.fixture
def house() -> Plex:
    return plex(movies=8, shows=2, seasons=2, episodes=4, traps=True)


def one(house: Plex, thing: str, **more: object) -> dict[str, object]:
    """The row of an item, as its details show it."""
    return rows(house, f"/library/metadata/{house.item(thing).key}", **more)[0]


def state(house: Plex, thing: str, **more: object) -> tuple[object, ...]:
    row = one(house, thing, **more)
    return tuple(row.get(name) for name in ("viewCount", "lastViewedAt", "viewOffset", "userRating", "lastRatedAt"))


def write(house: Plex, verb: str, thing: str, query: str = "", method: str = "PUT", **more: str) -> int:
    address = f"/:/{verb}?key={house.item(thing).key}&{IDENTIFIER}{query}"
    return ask(house, address, method, **more).status


def plays(house: Plex) -> list[dict[str, object]]:
    return rows(house, "/status/sessions/history/all")


# 15.1 Transport


def test_the_answer_is_xml_unless_json_is_asked(house: Plex) -> None:
    assert xml(house, "/library/all?type=1")[0].tag == "Video"
    assert xml(house, "/library/all?type=2")[0].tag == "Directory"
    assert ask(house, "/library/all?type=1").headers["Content-Type"] == "application/json"


def test_a_token_may_travel_in_the_query(house: Plex) -> None:
    assert ask(house, f"/library/sections?X-Plex-Token={house.owner.server_token}", token="").status == 200


@pytest.mark.parametrize("token", ["", "invented"])
def test_without_a_good_token_the_answer_is_401_with_html_even_when_json_was_asked(house: Plex, token: str) -> None:
    answer = ask(house, "/library/all?type=1", token=token)
    assert (answer.status, answer.headers["Content-Type"]) == (401, "text/html")
    assert b"<title>Unauthorized</title>" in answer.encoded()


def test_the_identity_needs_no_token(house: Plex) -> None:
    assert read(house, "/identity", token="")["machineIdentifier"] == house.server.machine


def test_the_root_says_who_owns_the_server(house: Plex) -> None:
    wanted = {"friendlyName", "machineIdentifier", "version", "myPlex", "myPlexUsername", "platform", "multiuser"}
    assert wanted | {"ownerFeatures", "updatedAt"} <= set(xml(house, "/").attrib)


def test_signs_in_titles_survive_xml(house: Plex) -> None:
    house.item("m1").title = 'Fish & "Chips" <raw>'
    house.server.library.edited(house.item("m1"), house.server.now())
    assert xml(house, f"/library/metadata/{house.item('m1').key}")[0].get("title") == 'Fish & "Chips" <raw>'


# 15.2 Paging


def test_start_and_size_are_taken_from_headers_and_from_the_query(house: Plex) -> None:
    by_query = titles(house, "/library/all?type=1&X-Plex-Container-Start=2&X-Plex-Container-Size=3")
    by_header = titles(house, "/library/all?type=1", x_plex_container_start="2", x_plex_container_size="3")
    assert by_query == by_header == titles(house, "/library/all?type=1")[2:5]


def test_pages_add_up_to_the_total(house: Plex) -> None:
    pages = [read(house, f"/library/all?type=4&X-Plex-Container-Start={n}&X-Plex-Container-Size=7") for n in (0, 7, 14)]
    assert [page["size"] for page in pages] == [7, 7, 4]
    assert {page["totalSize"] for page in pages} == {18}
    assert [page["offset"] for page in pages] == [0, 7, 14]


def test_a_head_request_gives_the_total_in_a_header_alone(house: Plex) -> None:
    answer = ask(house, "/library/all?type=1&" + PAGE + "0", "HEAD")
    assert (answer.value, answer.headers["X-Plex-Container-Total-Size"]) == (None, "9")


def test_a_page_without_rows_has_no_key_for_them(house: Plex) -> None:
    assert "Metadata" not in read(house, "/library/all?type=1&" + PAGE + "0")
    assert "Metadata" not in read(house, "/library/all?type=1&X-Plex-Container-Start=500&X-Plex-Container-Size=5")
    assert "Metadata" not in read(house, "/status/sessions/history/all")


def test_the_section_stands_on_the_container_of_a_listing_and_in_the_rows_of_details(house: Plex) -> None:
    answer = read(house, "/library/sections/1/all?type=1")
    assert (answer["librarySectionID"], answer["librarySectionTitle"]) == (1, "Movies")
    assert not any("librarySectionID" in row for row in answer["Metadata"])
    assert {"librarySectionID", "librarySectionTitle", "librarySectionKey"} <= set(one(house, "m1"))


def test_a_fault_makes_a_page_shorter_and_its_total_stays(house: Plex) -> None:
    house.world.faults.order(faults.Short(2), "plex.server")
    answer = read(house, "/library/all?type=1&" + PAGE + "5")
    assert (answer["size"], len(answer["Metadata"]), answer["totalSize"]) == (3, 3, 9)


def test_a_fault_changes_the_total_between_pages(house: Plex) -> None:
    house.world.faults.order(faults.Count(3), "plex.server", skip=1)
    assert [read(house, "/library/all?type=1&" + PAGE + "5")["totalSize"] for _ in range(2)] == [9, 12]


def test_a_server_may_answer_fewer_rows_than_asked(house: Plex) -> None:
    house.world.faults.order(faults.Cap(4), "plex.server")
    assert read(house, "/library/all?type=1&" + PAGE + "6")["size"] == 4


# 15.3 Listings


def test_external_names_are_in_lists_only_when_asked_and_always_in_details(house: Plex) -> None:
    assert not any("Guid" in row for row in rows(house, "/library/all?type=1"))
    work = house.work("m2")
    assert {"id": f"tmdb://{work.ids['tmdb']}"} in one(house, "m2")["Guid"]
    assert sum("Guid" in row for row in rows(house, "/library/all?type=1&includeGuids=1")) == 6


def test_several_items_are_read_at_once_and_the_vanished_are_left_out(house: Plex) -> None:
    keys = [house.item(thing).key for thing in ("m1", "m2", "m3")]
    house.remove("m2")
    listed = ",".join(map(str, keys))
    assert [row["ratingKey"] for row in rows(house, f"/library/metadata/{listed}")] == [str(keys[0]), str(keys[2])]
    assert ask(house, f"/library/metadata/{keys[1]}").status == 404


def test_a_show_counts_its_episodes_and_its_key_leads_to_its_children(house: Plex) -> None:
    house.mark("nate", "s1.1.1")
    show = next(row for row in rows(house, "/library/all?type=2") if row["ratingKey"] == str(house.item("s1").key))
    assert show["key"] == f"/library/metadata/{show['ratingKey']}/children"
    assert (show["leafCount"], show["viewedLeafCount"], show["childCount"]) == (8, 1, 2)
    assert [row["type"] for row in rows(house, str(show["key"]))] == ["season", "season"]


def test_what_a_user_never_did_is_absent_and_not_nought(house: Plex) -> None:
    assert not {"viewCount", "viewOffset", "userRating", "lastRatedAt", "lastViewedAt"} & set(one(house, "m1"))


def test_old_agents_name_the_series_and_leave_external_names_out(house: Plex) -> None:
    series = house.work("s2").ids["tvdb"]
    episode = one(house, "s2.1.3")
    assert episode["guid"] == f"com.plexapp.agents.thetvdb://{series}/1/3?lang=en"
    assert "Guid" not in episode
    assert str(one(house, "m5")["guid"]).startswith("com.plexapp.agents.imdb://tt")


def test_an_item_nobody_matched_has_no_external_name(house: Plex) -> None:
    for thing in ("m6", "m7"):
        assert str(one(house, thing)["guid"]).startswith("local://")
        assert "Guid" not in one(house, thing)


def test_two_copies_have_two_keys_one_guid_and_their_own_views(house: Plex) -> None:
    first, second = house.items("m4")
    house.mark("nate", first)
    assert first.guid == second.guid
    assert first.section is not second.section
    assert "viewCount" not in rows(house, f"/library/metadata/{second.key}")[0]


def test_a_film_and_a_show_may_share_a_number(house: Plex) -> None:
    shared = {"id": f"tmdb://{house.work('s1').ids['tmdb']}"}
    assert shared in one(house, "m1")["Guid"]
    assert shared in one(house, "s1")["Guid"]


def test_after_a_rebuild_a_key_names_another_item(house: Plex) -> None:
    key, guid = house.item("m1").key, house.item("m1").guid
    house.rebuild()
    assert rows(house, f"/library/metadata/{key}")[0]["guid"] != guid
    assert rows(house, f"/library/metadata/{house.item('m1').key}")[0]["guid"] == guid


def test_an_item_added_again_has_a_new_key_the_old_guid_and_no_plays(house: Plex) -> None:
    house.watch("nate", "s1")
    old = house.item("s1")
    house.world.clock.advance(60)
    new = house.add_again("s1")
    assert (new.key != old.key, new.guid, new.added) == (True, old.guid, house.server.now())
    assert plays(house) == []
    assert state(house, "s1.1.1") == (None,) * 5


def test_a_replaced_file_may_keep_its_view_state(house: Plex) -> None:
    house.rate("nate", "s1.1.2", 8)
    house.add_again("s1", remember=True)
    assert state(house, "s1.1.2")[3] == 8.0


def test_fields_and_elements_are_left_out_when_asked(house: Plex) -> None:
    trimmed = rows(house, "/library/all?type=1&excludeElements=Media,Genre&excludeFields=summary,tagline")
    assert not any({"Media", "summary"} & set(row) for row in trimmed)


def test_include_fields_adds_until_version_one_and_restricts_from_then_on(house: Plex) -> None:
    query = f"/library/metadata/{house.item('m1').key}?includeFields=ratingKey,thumbBlurHash&includeElements=Guid"
    old, new = rows(house, query)[0], rows(house, query, x_plex_pms_api_version="1.0")[0]
    assert {"title", "thumbBlurHash", "Media"} <= set(old)
    assert set(new) == {"ratingKey", "Guid"}


def test_fields_may_be_meant_of_elements_too(house: Plex) -> None:
    query = f"/library/metadata/{house.item('m1').key}?includeFields=ratingKey,file&includeElements=Media,Part,Guid"
    whole = rows(house, query, x_plex_pms_api_version="1.0")[0]
    assert {"duration", "Part"} <= set(whole["Media"][0])
    house.server.switches.trims_below = True
    short = rows(house, query, x_plex_pms_api_version="1.0")[0]
    assert short["Media"] == [{"Part": [{"file": whole["Media"][0]["Part"][0]["file"]}]}]
    assert short["Guid"] == [{}] * len(whole["Guid"])


def test_an_old_server_sends_every_field_whatever_is_asked(house: Plex) -> None:
    house.server.switches.trimming = False
    assert "Media" in rows(house, "/library/all?type=1&excludeElements=Media")[0]


def test_content_changed_at_grows_with_the_content_and_is_no_time(house: Plex) -> None:
    def counter() -> int:
        return int(read(house, "/library/sections")["Directory"][0]["contentChangedAt"])

    before = counter()
    house.add("x1")
    assert before < counter() < house.server.now() // 10


# 15.4 Descriptions of filters


def test_the_description_lists_the_types_own_fields_first(house: Plex) -> None:
    meta = xml(house, "/library/sections/2/all?includeMeta=1&includeAdvanced=1&" + PAGE + "0").find("Meta")
    assert meta is not None
    show = meta.find("Type[@type='show']")
    assert show is not None
    ratings = [field.get("key") for field in show.iter("Field") if str(field.get("key")).endswith("userRating")]
    assert ratings == ["show.userRating", "season.userRating", "episode.userRating"]


def test_the_rating_of_a_film_is_described_with_its_four_operators(house: Plex) -> None:
    meta = xml(house, "/library/sections/1/all?includeMeta=1&" + PAGE + "0").find("Meta")
    assert meta is not None
    assert meta.find("Type[@type='movie']/Field[@key='userRating'][@type='integer']") is not None
    operators = {operator.get("key") for operator in meta.iterfind("FieldType[@type='integer']/Operator")}
    assert {"=", "!=", ">>=", "<<="} <= operators


def test_collections_are_described_too(house: Plex) -> None:
    assert xml(house, "/library/sections/1/collections?includeMeta=1&" + PAGE + "0").find("Meta/Type") is not None


# 15.5 Writes


@pytest.mark.parametrize("method", ["GET", "PUT"])
def test_a_scrobble_counts_a_view_now_and_writes_no_history(house: Plex, method: str) -> None:
    write(house, "progress", "m1", "&time=60000&state=stopped")
    assert write(house, "scrobble", "m1", "&viewedAt=1000", method) == 200
    assert state(house, "m1") == (1, house.server.now(), None, None, None)
    assert plays(house) == []


def test_a_second_scrobble_counts_a_second_view(house: Plex) -> None:
    write(house, "scrobble", "m1")
    write(house, "scrobble", "m1")
    assert state(house, "m1")[0] == 2


def test_the_key_of_a_season_marks_its_episodes_and_writes_one_row(house: Plex) -> None:
    write(house, "scrobble", "s1.1")
    assert [state(house, f"s1.1.{n}")[0] for n in range(1, 5)] == [1, 1, 1, 1]
    assert state(house, "s1.2.1")[0] is None
    assert [row["type"] for row in plays(house)] == ["season"]


def test_the_key_of_a_show_marks_everything_and_unmarks_everything(house: Plex) -> None:
    write(house, "scrobble", "s1")
    assert one(house, "s1")["viewedLeafCount"] == 8
    write(house, "unscrobble", "s1")
    assert one(house, "s1")["viewedLeafCount"] == 0
    assert state(house, "s1.2.4") == (None,) * 5


def test_several_items_are_marked_by_one_uri_where_the_server_can(house: Plex) -> None:
    keys = ",".join(str(house.item(thing).key) for thing in ("m1", "m2"))
    address = (
        f"/:/scrobble?{IDENTIFIER}&uri=server%3A%2F%2F{house.server.machine}%2F{ROOT.replace('/', '%2F')}%2F{keys}"
    )
    ask(house, address, "PUT")
    house.server.switches.many_in_uri = False
    ask(house, address, "PUT")
    assert (state(house, "m1")[0], state(house, "m2")[0]) == (2, 1)


def test_an_unscrobble_leaves_the_rating(house: Plex) -> None:
    house.watch("nate", "m1")
    house.rate("nate", "m1", 8)
    write(house, "unscrobble", "m1")
    assert state(house, "m1") == (None, None, None, 8.0, house.server.now())


def test_a_rating_may_be_dated_back_and_is_else_of_now(house: Plex) -> None:
    write(house, "rate", "m1", "&rating=8.5&ratedAt=1700000000")
    write(house, "rate", "s1.1", "&rating=7")
    assert state(house, "m1")[3:] == (8.5, 1_700_000_000)
    assert state(house, "s1.1")[3:] == (7.0, house.server.now())


def test_a_rating_of_nought_is_a_rating_and_minus_one_clears_it(house: Plex) -> None:
    write(house, "rate", "m1", "&rating=0")
    assert state(house, "m1")[3] == 0.0
    write(house, "rate", "m1", "&rating=-1")
    assert state(house, "m1")[3:] == (None, None)


@pytest.mark.parametrize("query", ["&rating=11", "&rating=-2", "&rating=good", "", "&rating=8&ratedAt=9999999999"])
def test_a_wrong_rating_is_refused(house: Plex, query: str) -> None:
    assert write(house, "rate", "m1", query) == 400
    assert state(house, "m1")[3] is None


def test_ratings_may_come_back_with_the_noise_of_floats(house: Plex) -> None:
    house.server.rows.noise = True
    write(house, "rate", "m1", "&rating=7.6")
    assert str(state(house, "m1")[3]).startswith("7.5999999046")


@pytest.mark.parametrize("verb", ["scrobble", "unscrobble", "rate", "progress"])
def test_a_write_wants_its_arguments_and_an_item_that_exists(house: Plex, verb: str) -> None:
    key = house.item("m1").key
    assert ask(house, f"/:/{verb}?key={key}&rating=5&time=1", "PUT").status == 400
    assert ask(house, f"/:/{verb}?{IDENTIFIER}&rating=5&time=1", "PUT").status == 400
    assert ask(house, f"/:/{verb}?{IDENTIFIER}&rating=5&time=1&key=999999", "PUT").status == 404


def test_a_resume_point_of_nought_does_nothing(house: Plex) -> None:
    write(house, "progress", "m1", "&time=90000&state=stopped", "GET")
    write(house, "progress", "m1", "&time=0&state=stopped", "POST")
    assert state(house, "m1")[2] == 90_000


def report(house: Plex, thing: str, part: float, status: str, more: str = "") -> None:
    item = house.item(thing)
    query = f"ratingKey={item.key}&key={item.path}&{IDENTIFIER}&state={status}&time={int(item.duration * part)}"
    assert ask(house, f"/:/timeline?{query}&duration={item.duration}{more}", "POST").status == 200


def test_a_playback_past_ninety_percent_is_a_play_with_a_row_once(house: Plex) -> None:
    for part in (0.1, 0.91, 0.95):
        report(house, "s1.1.1", part, "playing")
    report(house, "s1.1.1", 0.99, "stopped")
    assert state(house, "s1.1.1")[:3] == (1, house.server.now(), None)
    assert [row["title"] for row in plays(house)] == [house.item("s1.1.1").title]


def test_a_playback_that_stops_early_is_a_resume_point(house: Plex) -> None:
    report(house, "m1", 0.5, "stopped", "&offline=1&updated=1700000000")
    assert state(house, "m1")[:3] == (None, house.server.now(), house.item("m1").duration // 2)
    assert plays(house) == []


def test_writing_with_a_token_marks_for_that_user_alone(house: Plex) -> None:
    kid = house.person("kid", home=True)
    write(house, "scrobble", "m1", token=kid.server_token)
    write(house, "rate", "m1", "&rating=4", token=kid.token)
    assert state(house, "m1") == (None,) * 5
    assert state(house, "m1", token=kid.token) == (1, house.server.now(), None, 4.0, house.server.now())


def test_an_edit_of_a_section_without_ids_edits_every_item(house: Plex) -> None:
    ask(house, "/library/sections/1/all?type=1&label%5B0%5D.tag.tag=oops", "PUT")
    assert all(item.tags["label"] == ("oops",) for item in house.shelves.section("movie").items)


def test_one_request_labels_many_items_and_keeps_their_other_labels(house: Plex) -> None:
    first, second = (house.item(thing).key for thing in ("m1", "m2"))
    ask(house, f"/library/sections/1/all?type=1&id={first}&label%5B0%5D.tag.tag=mine", "PUT")
    ask(house, f"/library/sections/1/all?type=1&id={first},{second}&label%5B0%5D.tag.tag=ww%3Alist", "PUT")
    assert {label["tag"] for label in one(house, "m1")["Label"]} == {"mine", "ww:list"}
    found = read(house, "/library/sections/1/label?type=1")["Directory"]
    label = next(row["key"] for row in found if row["title"] == "ww:list")
    assert {row["ratingKey"] for row in rows(house, f"/library/all?type=1&label={label}")} == {str(first), str(second)}
    ask(house, f"/library/sections/1/all?type=1&id={first}&label%5B%5D.tag.tag-=ww%3Alist", "PUT")
    assert [row["ratingKey"] for row in rows(house, f"/library/all?type=1&label={label}")] == [str(second)]


def test_some_servers_replace_labels(house: Plex) -> None:
    house.server.switches.labels_replace = True
    for label in ("mine", "other"):
        ask(house, f"/library/sections/1/all?type=1&id={house.item('m1').key}&label%5B0%5D.tag.tag={label}", "PUT")
    assert [label["tag"] for label in one(house, "m1")["Label"]] == ["other"]


def uri(house: Plex, *things: str) -> str:
    keys = ",".join(str(house.item(thing).key) for thing in things)
    return f"server%3A%2F%2F{house.server.machine}%2F{ROOT.replace('/', '%2F')}%2F{keys}"


def test_a_collection_is_filled_ordered_renamed_and_emptied(house: Plex) -> None:
    made = read(
        house, f"/library/collections?type=1&title=List&smart=0&sectionId=1&uri={uri(house, 'm1', 'm2')}", "POST"
    )
    path = f"/library/collections/{made['Metadata'][0]['ratingKey']}"
    read(house, f"{path}/items?uri={uri(house, 'm3')}", "PUT")
    read(house, f"{path}/items/{house.item('m3').key}/move", "PUT")
    read(house, f"{path}/items/{house.item('m1').key}", "DELETE")
    assert [row["ratingKey"] for row in rows(house, f"{path}/items")] == [str(house.item(t).key) for t in ("m3", "m2")]
    assert rows(house, "/library/sections/1/collections")[0]["childCount"] == 2
    assert ask(house, path, "DELETE").status == 200
    assert rows(house, "/library/sections/1/collections") == []


def test_a_collections_new_name_must_not_be_taken(house: Plex) -> None:
    keys = []
    for title in ("One", "Two"):
        made = rows(
            house,
            f"/library/collections?type=1&title={title}&smart=0&sectionId=1&uri={uri(house, 'm1')}",
            method="POST",
        )
        keys.append(made[0]["ratingKey"])
    assert ask(house, f"/library/sections/1/all?type=18&id={keys[0]}&title.value=two", "PUT").status == 409
    assert ask(house, f"/library/sections/1/all?type=18&id={keys[0]}&title.value=Three", "PUT").status == 200


def test_a_collection_answers_a_hundred_rows_at_most(house: Plex) -> None:
    for number in range(120):
        house.shelves.put(house.world.catalogue[f"x{number % 20 + 1}"])
    every = ",".join(str(item.key) for item in house.shelves.section("movie").items)
    whole = f"server://{house.server.machine}/{ROOT}/{every}"
    made = rows(house, f"/library/collections?type=1&title=All&smart=0&sectionId=1&uri={whole}", method="POST")
    answer = read(house, f"/library/collections/{made[0]['ratingKey']}/items?" + PAGE + "500")
    assert (answer["size"], answer["totalSize"]) == (100, 128)


def test_a_smart_collection_follows_its_rule(house: Plex) -> None:
    rule = f"server%3A%2F%2F{house.server.machine}%2Fcom.plexapp.plugins.library%2Flibrary%2Fsections%2F1%2Fall%3Ftype%3D1%26unwatched%3D0"
    made = rows(house, f"/library/collections?type=1&title=Seen&smart=1&sectionId=1&uri={rule}", method="POST")
    house.mark("nate", "m3")
    items = rows(house, f"/library/collections/{made[0]['ratingKey']}/items")
    assert [row["ratingKey"] for row in items] == [str(house.item("m3").key)]


def test_a_playlist_is_its_users_own_and_expands_shows(house: Plex) -> None:
    kid = house.person("kid")
    made = rows(house, f"/playlists?type=video&title=Mine&smart=0&uri={uri(house, 'm1', 's1.1')}", method="POST")
    path = f"/playlists/{made[0]['ratingKey']}"
    items = rows(house, f"{path}/items")
    assert [row["type"] for row in items] == ["movie"] + 4 * ["episode"]
    assert len({row["playlistItemID"] for row in items}) == 5
    assert rows(house, "/playlists", token=kid.token) == []
    assert ask(house, path, token=kid.token).status == 404


def test_a_playlist_loses_moves_and_clears_entries(house: Plex) -> None:
    made = rows(house, f"/playlists?type=video&title=Mine&smart=0&uri={uri(house, 'm1', 'm2', 'm1')}", method="POST")
    path = f"/playlists/{made[0]['ratingKey']}"
    first, second, third = (row["playlistItemID"] for row in rows(house, f"{path}/items"))
    ask(house, f"{path}/items/{first}", "DELETE")
    ask(house, f"{path}/items/{third}/move", "PUT")
    assert [row["playlistItemID"] for row in rows(house, f"{path}/items")] == [third, second]
    ask(house, f"{path}/items", "DELETE")
    assert rows(house, f"{path}/items") == []
    assert ask(house, f"{path}?title=New", "PUT").status == 204


# 15.6 History, accounts, running playback


def test_every_play_has_its_own_row_with_its_time_and_no_external_names(house: Plex) -> None:
    house.watch("nate", "s1.1.1", at=1_700_000_000)
    house.watch("nate", "s1.1.1", at=1_600_000_000)
    found = plays(house)
    assert [row["viewedAt"] for row in found] == [1_700_000_000, 1_600_000_000]
    assert found[0]["grandparentTitle"] == house.item("s1").title
    assert (found[0]["librarySectionID"], found[0]["accountID"], "Guid" in found[0]) == ("2", 1, False)


def test_the_history_is_filtered_by_account_time_section_and_show(house: Plex) -> None:
    kid = house.person("kid")
    house.watch("nate", "m1", at=1_000)
    house.watch("nate", "s1.2.1", at=2_000)
    house.watch("kid", "s2.1.1", at=3_000)

    def at(query: str) -> list[int]:
        return [row["viewedAt"] for row in rows(house, f"/status/sessions/history/all?sort=viewedAt&{query}")]

    assert at("viewedAt%3E=2000") == [2_000, 3_000]
    assert at(f"accountID={kid.account}") == [3_000]
    assert at("librarySectionID=1") == [1_000]
    assert at(f"metadataItemID={house.item('s1').key}") == [2_000]
    assert ask(house, "/status/sessions/history/all?colour=red").status == 400


def test_the_owner_sees_all_plays_and_others_their_own(house: Plex) -> None:
    kid = house.person("kid")
    house.watch("nate", "m1")
    house.watch("kid", "m2")
    assert len(plays(house)) == 2
    assert [row["accountID"] for row in rows(house, "/status/sessions/history/all", token=kid.token)] == [kid.id]
    house.server.switches.history_for_others = False
    assert ask(house, "/status/sessions/history/all", token=kid.token).status == 403


def test_plays_of_a_removed_item_vanish(house: Plex) -> None:
    house.watch("nate", "s1.1.1")
    house.watch("nate", "m1")
    house.remove("s1")
    assert [row["title"] for row in plays(house)] == [house.item("m1").title]


def test_on_some_servers_plays_of_a_removed_item_stay_without_keys(house: Plex) -> None:
    house.server.switches.history_outlives_items = True
    house.watch("nate", "s1.1.1")
    title = house.item("s1.1.1").title
    house.remove("s1")
    row = plays(house)[0]
    assert (row["title"], row["type"], row["parentIndex"], row["index"]) == (title, "episode", 1, 1)
    assert not {"ratingKey", "key", "parentKey", "grandparentKey"} & set(row)


def test_the_first_account_is_nobody_and_the_second_the_owner(house: Plex) -> None:
    house.person("kid")
    named = {account["id"]: account["name"] for account in read(house, "/accounts")["Account"]}
    assert named == {0: "", 1: "nate", house.user("kid").id: "kid"}


def test_a_running_playback_names_its_user_and_player_to_the_owner_alone(house: Plex) -> None:
    kid = house.person("kid")
    house.play("kid", "m1", 60_000)
    session = rows(house, "/status/sessions")[0]
    assert session["User"] == session["User"] | {"id": str(kid.id), "title": "kid"}
    assert session["Player"]["state"] == "playing"
    assert {"sessionKey", "Session", "viewOffset"} <= set(session)
    assert ask(house, "/status/sessions", token=kid.token).status == 403
    house.play("kid", "m1", 70_000, "stopped")
    assert rows(house, "/status/sessions") == []


def test_music_has_artists_albums_and_tracks_with_release_track_ids(house: Plex) -> None:
    track = house.shelves.music("The Band", "An Album", ["One", "Two"])[0]
    house.watch("nate", track)
    row = rows(house, "/library/all?type=10&unwatched=0&includeGuids=1")[0]
    assert (row["grandparentTitle"], row["parentTitle"], row["index"]) == ("The Band", "An Album", 1)
    assert row["Guid"][0]["id"].startswith("mbid://")
    assert xml(house, "/library/all?type=10")[0].tag == "Track"


def test_a_section_may_vanish_during_a_reading(house: Plex) -> None:
    first = "/library/sections/1/all?type=1&" + PAGE + "3"
    assert read(house, first)["size"] == 3
    house.remove_section("Movies")
    assert ask(house, first).status == 404
    assert [section["title"] for section in read(house, "/library/sections")["Directory"]] == [
        "TV Shows",
        "More Movies",
    ]


def test_items_may_vanish_between_the_listing_and_the_details(house: Plex) -> None:
    listed = rows(house, "/library/all?type=1")
    house.remove("m1")
    read_again = [ask(house, f"/library/metadata/{row['ratingKey']}").status for row in listed]
    assert sorted(read_again) == [200] * 8 + [404]
