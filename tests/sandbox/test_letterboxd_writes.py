"""What can be changed by the API of the simulated Letterboxd: entries, ratings, marks, lists (reference, "Official API v0")."""

import pytest

from tests.sandbox.letterboxd_member import Person, entries, exported

DAY = {"diaryDetails": {"diaryDate": "2026-11-01", "rewatch": False}}


@pytest.fixture
def mara():
    return Person()


def add(mara, uid="m1", **body):
    return mara.post("/log-entries", {"filmId": mara.id(uid), **body})


# Entries


def test_an_added_entry_stands_in_diary_feed_and_export(mara):
    details = {"diaryDate": "2026-11-01", "rewatch": True}
    answer = add(mara, diaryDetails=details, review={"text": "Well."}, rating=4.5, like=True, tags=["vhs"])
    row = answer.json()
    assert (row["diaryDetails"], row["rating"], row["like"], row["tags"]) == (details, 4.5, True, ["vhs"])
    (read,) = mara.get("/log-entries", member=mara.member.id).json()["items"]
    assert (read["id"], read["review"]["lbml"]) == (row["id"], "Well.")
    assert entries(mara) == [(mara.works["m1"].title, "2026-11-01", "4.5")]
    assert len(mara.items()) == len(exported(mara.member, "likes/films.csv")) == 1


def test_two_entries_of_a_film_on_one_day_are_two(mara):
    assert add(mara, **DAY).json()["id"] != add(mara, **DAY).json()["id"]
    assert len(entries(mara)) == 2


def test_an_entry_without_day_and_text_is_refused_by_name(mara):
    answer = add(mara, rating=4)
    assert (answer.status_code, answer.json()["code"]) == (400, "LogEntryWithNoReviewOrDiaryDetails")
    assert mara.items() == []


def test_an_entry_of_an_unknown_film_is_404_and_a_broken_one_400(mara):
    assert mara.post("/log-entries", {"filmId": "none", **DAY}).status_code == 404
    assert add(mara, diaryDetails={"diaryDate": "1.11.2026"}).status_code == 400
    assert add(mara, **DAY, tags="vhs").status_code == 400
    assert mara.post("/log-entries", None).status_code == 400
    assert mara.items() == []


def test_what_a_change_leaves_out_stays(mara):
    name = add(mara, **DAY, review={"text": "Well."}, rating=3, tags=["vhs"]).json()["id"]
    changed = mara.patch(f"/log-entry/{name}", {"rating": 4.5}).json()
    assert changed["messages"] == []
    assert (changed["data"]["rating"], changed["data"]["review"]["lbml"]) == (4.5, "Well.")
    assert (changed["data"]["diaryDetails"], changed["data"]["tags"]) == (DAY["diaryDetails"], ["vhs"])


def test_null_takes_away_and_tags_replace_all(mara):
    name = add(mara, **DAY, review={"text": "Well."}, rating=3, tags=["vhs", "june"]).json()["id"]
    row = mara.patch(f"/log-entry/{name}", {"rating": None, "review": None, "tags": ["cinema"]}).json()["data"]
    assert {"rating", "review"} & row.keys() == set()
    assert row["tags"] == ["cinema"]
    assert mara.items()[0].findtext("guid").startswith("letterboxd-watch-")


def test_a_change_can_be_refused_in_part_with_200(mara):
    name = add(mara, **DAY, rating=3).json()["id"]
    answer = mara.patch(f"/log-entry/{name}", {"rating": 4.3, "tags": ["late"]})
    assert (answer.status_code, answer.json()["messages"][0]["type"]) == (200, "Error")
    assert (answer.json()["data"]["rating"], answer.json()["data"]["tags"]) == (3, ["late"])
    answer = mara.patch(f"/log-entry/{name}", {"diaryDetails": None})
    assert answer.json()["messages"][0]["code"] == "LogEntryWithNoReviewOrDiaryDetails"
    assert entries(mara) == [(mara.works["m1"].title, "2026-11-01", "3")]


def test_a_change_can_be_sent_as_a_post(mara):
    name = add(mara, **DAY).json()["id"]
    headers = {"X-HTTP-Method-Override": "PATCH"}
    assert mara.send("POST", f"/log-entry/{name}", {"rating": 2}, headers).json()["data"]["rating"] == 2
    assert mara.send("POST", f"/log-entry/{name}", {"rating": 3}).status_code == 404


def test_a_deleted_entry_is_gone_and_the_film_stays_watched(mara):
    name = add(mara, **DAY, rating=4).json()["id"]
    answer = mara.delete(f"/log-entry/{name}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert mara.items() == []
    assert len(exported(mara.member, "deleted/diary.csv")) == len(exported(mara.member, "watched.csv")) == 1
    assert mara.delete(f"/log-entry/{name}").status_code == 404


def test_the_plural_path_of_an_entry_is_404(mara):
    name = add(mara, **DAY).json()["id"]
    assert mara.delete(f"/log-entries/{name}").status_code == 404
    assert mara.patch(f"/log-entries/{name}", {"rating": 4}).status_code == 404
    assert len(entries(mara)) == 1


def test_somebody_else_s_entry_cannot_be_touched(mara):
    name = add(mara, **DAY).json()["id"]
    jon = Person(mara.world, "jon")
    assert jon.patch(f"/log-entry/{name}", {"rating": 1}).status_code == 403
    assert jon.delete(f"/log-entry/{name}").status_code == 403
    assert len(entries(mara)) == 1


def test_nothing_is_written_without_the_scope_for_it():
    mara = Person(scopes=("profile:private:view", "oauth:refresh"))
    trains = mara.member.make_list("Trains")
    asked = [
        add(mara, **DAY),
        mara.patch(f"/me/rate/{mara.id('m1')}", {"rating": 4}),
        mara.post("/lists", {"name": "Boats"}),
        mara.patch(f"/list/{trains.code}", {"version": "1", "name": "Boats"}),
        mara.delete(f"/list/{trains.code}"),
    ]
    assert [answer.status_code for answer in asked] == [403] * 5
    assert mara.member.watched == {}
    assert [one.name for one in mara.member.lists.values()] == ["Trains"]


# Films


def test_a_rating_also_marks_as_watched_and_null_removes_it(mara):
    answer = mara.patch(f"/me/rate/{mara.id('m1')}", {"rating": 4.5})
    assert (answer.status_code, answer.content) == (204, b"")
    assert [row["Rating"] for row in exported(mara.member, "ratings.csv")] == ["4.5"]
    assert len(exported(mara.member, "watched.csv")) == 1
    assert mara.patch(f"/me/rate/{mara.id('m1')}", {"rating": None}).status_code == 204
    assert exported(mara.member, "ratings.csv") == []


@pytest.mark.parametrize(("rating", "status"), [(0, 403), (5.5, 400), (0.3, 400), (-1, 400), ("4", 400)])
def test_there_is_no_rating_of_zero_and_none_between_half_stars(mara, rating, status):
    assert mara.patch(f"/me/rate/{mara.id('m1')}", {"rating": rating}).status_code == status
    assert add(mara, **DAY, rating=rating).status_code == status
    assert mara.member.ratings == mara.member.entries == {}


def test_watching_takes_a_film_off_the_watchlist(mara):
    assert mara.patch(f"/me/watchlist/{mara.id('m1')}", {"inWatchlist": True}).status_code == 204
    assert len(exported(mara.member, "watchlist.csv")) == 1
    assert mara.patch(f"/me/watch/{mara.id('m1')}", {"watched": True}).status_code == 204
    assert exported(mara.member, "watchlist.csv") == []


def test_a_wish_and_a_like_can_be_taken_back(mara):
    for path, word, shelf in (("watchlist", "inWatchlist", "watchlist.csv"), ("like", "liked", "likes/films.csv")):
        assert mara.patch(f"/me/{path}/{mara.id('m1')}", {word: True}).status_code == 204
        assert len(exported(mara.member, shelf)) == 1
        assert mara.patch(f"/me/{path}/{mara.id('m1')}", {word: False}).status_code == 204
        assert exported(mara.member, shelf) == []


def test_a_film_with_entries_cannot_be_unwatched(mara):
    name = add(mara, **DAY).json()["id"]
    assert mara.patch(f"/me/watch/{mara.id('m1')}", {"watched": False}).status_code == 409
    mara.delete(f"/log-entry/{name}")
    assert mara.patch(f"/me/watch/{mara.id('m1')}", {"watched": False}).status_code == 204
    assert exported(mara.member, "watched.csv") == []


def test_an_unknown_film_is_404(mara):
    asked = (("rate", {"rating": 4}), ("watch", {"watched": True}), ("watchlist", {"inWatchlist": True}))
    assert [mara.patch(f"/me/{path}/none", body).status_code for path, body in asked] == [404] * 3


# Lists


def make(mara, *uids, **more):
    steps = [{"action": "ADD", "film": mara.id(uid)} for uid in uids]
    body = {"name": "Night trains", "published": True, "ranked": True, "entries": steps} | more
    return mara.post("/lists", body).json()["data"]


def held(mara, row):
    return [
        (item["film"]["name"], item.get("notes", ""), item.get("rank"))
        for item in mara.get(f"/list/{row['id']}/entries").json()["items"]
    ]


def change(mara, row, *steps, **more):
    version = mara.get(f"/list/{row['id']}").json()["version"]
    return mara.patch(f"/list/{row['id']}", {"version": version, "entries": list(steps)} | more)


def test_a_list_is_made_with_its_films_and_stands_in_the_export(mara):
    row = make(mara, "m2", "m1", description="All aboard.", tags=["trains"])
    (read,) = mara.get("/lists", member=mara.member.id).json()["items"]
    assert (read["id"], read["name"], read["filmCount"], read["ranked"]) == (row["id"], "Night trains", 2, True)
    assert (read["descriptionLbml"], read["tags"]) == ("All aboard.", ["trains"])
    assert held(mara, row) == [(mara.works["m2"].title, "", 1), (mara.works["m1"].title, "", 2)]
    (told,) = mara.member.lists.values()
    assert told.file == "night-trains"


def test_a_list_without_a_rank_says_none(mara):
    row = make(mara, "m1", ranked=False)
    assert held(mara, row) == [(mara.works["m1"].title, "", None)]


def test_a_list_is_changed_step_by_step(mara):
    row = make(mara, "m1", "m2", "m3")
    steps = (
        {"action": "UPDATE", "position": 2, "newPosition": 0, "notes": "The chase"},
        {"action": "DELETE", "position": 1},
        {"action": "ADD", "film": mara.id("m4"), "notes": "New"},
        {"action": "ADD", "film": mara.id("m5"), "position": 0},
    )
    assert change(mara, row, *steps, name="Trains").json()["data"]["name"] == "Trains"
    notes = [("m5", ""), ("m3", "<p>The chase</p>"), ("m2", ""), ("m4", "<p>New</p>")]
    assert held(mara, row) == [(mara.works[uid].title, note, rank) for rank, (uid, note) in enumerate(notes, 1)]
    assert change(mara, row, {"action": "UPDATE", "position": 3, "newPosition": 0}).status_code == 200
    assert held(mara, row)[0] == (mara.works["m4"].title, "<p>New</p>", 1)
    change(mara, row, {"action": "CLEAR"})
    assert held(mara, row) == []


def test_a_list_that_changed_meanwhile_must_be_read_again(mara):
    row = make(mara, "m1")
    mara.member.put_on(mara.member.lists[row["id"]], mara.works["m2"])
    answer = mara.patch(f"/list/{row['id']}", {"version": row["version"], "entries": [{"action": "CLEAR"}]})
    assert (answer.status_code, answer.json()["code"]) == (409, "ListVersionMismatch")
    assert len(held(mara, row)) == 2


def test_a_film_stands_on_a_list_once(mara):
    row = make(mara, "m1", "m2")
    answer = change(mara, row, {"action": "ADD", "film": mara.id("m3")}, {"action": "ADD", "film": mara.id("m1")})
    assert (answer.status_code, answer.json()["code"], len(held(mara, row))) == (400, "DuplicateEntry", 2)


def test_what_is_wrong_with_a_change_of_a_list_may_stand_in_the_messages_of_a_success():
    mara = Person(list_refusals="messages")
    row = make(mara, "m1")
    answer = mara.patch(f"/list/{row['id']}", {"version": row["version"] - 1, "entries": [{"action": "CLEAR"}]})
    assert (answer.status_code, [one["code"] for one in answer.json()["messages"]]) == (200, ["ListVersionMismatch"])
    assert (answer.json()["data"]["version"], len(held(mara, row))) == (row["version"], 1)


def test_without_a_version_a_list_is_changed_whatever_has_happened(mara):
    row = make(mara, "m1")
    mara.member.put_on(mara.member.lists[row["id"]], mara.works["m2"])
    mara.patch(f"/list/{row['id']}", {"entries": [{"action": "CLEAR"}]})
    assert held(mara, row) == []


def test_the_listing_may_tell_no_versions():
    mara = Person(list_versions=False)
    row = make(mara, "m1")
    (read,) = mara.get("/lists", member=mara.member.id).json()["items"]
    assert ("version" in read, mara.get(f"/list/{row['id']}").json()["version"]) == (False, row["version"])


def test_a_change_of_a_list_that_is_wrong_in_one_step_does_nothing(mara):
    row = make(mara, "m1")
    wrong = ({"action": "DELETE", "position": 7}, {"action": "TURN", "position": 0}, {"action": "DELETE"})
    for step in wrong:
        assert change(mara, row, {"action": "CLEAR"}, step).status_code == 400
    assert change(mara, row, {"action": "CLEAR"}, {"action": "ADD", "film": "none"}).status_code == 404
    assert len(held(mara, row)) == 1


def test_films_can_be_added_to_several_lists_at_once(mara):
    first, second = make(mara, "m1"), make(mara)
    change(mara, first, {"action": "UPDATE", "position": 0, "notes": "The chase"})
    body = {"lists": [first["id"], second["id"]], "films": [mara.id("m1"), mara.id("m2")]}
    assert mara.patch("/lists", body).status_code == 204
    assert [[note for _, note, _ in held(mara, row)] for row in (first, second)] == [["<p>The chase</p>", ""], ["", ""]]


def test_a_deleted_list_is_gone_and_stands_under_deleted(mara):
    row = make(mara)
    assert mara.delete(f"/list/{row['id']}").status_code == 204
    assert mara.get(f"/list/{row['id']}").status_code == 404
    assert [one.code for one in mara.member.deleted_lists] == [row["id"]]


def test_a_list_needs_a_name(mara):
    assert mara.post("/lists", {"published": True}).status_code == 400


def test_a_list_for_oneself_is_hidden_from_others_and_nobody_changes_another_s(mara):
    jon = Person(mara.world, "jon")
    own, shown = make(mara, published=False), make(mara)
    assert jon.get(f"/list/{own['id']}").status_code == 404
    assert [row["id"] for row in jon.get("/lists", member=mara.member.id).json()["items"]] == [shown["id"]]
    assert len(mara.get("/lists", member=mara.member.id).json()["items"]) == 2
    assert jon.delete(f"/list/{shown['id']}").status_code == 403
