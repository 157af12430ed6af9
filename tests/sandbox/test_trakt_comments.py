"""Comments on the simulated Trakt: written, read, changed, deleted, replied to (reference 3, 11 and the contract)."""

import pytest

from tests.sandbox.test_trakt_spec import assert_kept, keys, needs_contract, needs_recordings, recorded
from tests.sandbox.trakt_person import Person, ids, pages
from watchweave.sandbox.world import DAY

FIVE = "Five words are quite enough"
FOUR = "Four words are not"
LONG = " ".join(["word"] * 200)


@pytest.fixture
def mara():
    return Person()


@pytest.fixture
def jon(mara):
    return Person(mara.world, "jon")


def written(person, work, text=FIVE, **more):
    return person.post("/comments", {work.kind: ids(work), "comment": text, "spoiler": False} | more)


def read(person, path="all/all", **params):
    return [row["comment"]["comment"] for row in person.get(f"/users/me/comments/{path}", **params).json()]


@pytest.mark.parametrize("uid", ["m1", "s1", "s1.1", "s1.1.1"])
def test_a_comment_on_a_thing_of_each_kind_is_read_with_that_thing(mara, uid):
    answer = written(mara, mara.works[uid], spoiler=True)
    assert answer.status_code == 201
    (row,) = mara.get("/users/me/comments/all/all").json()
    assert (row["type"], row["comment"]) == (mara.works[uid].kind, answer.json())
    assert row[row["type"]]["ids"]["trakt"] == mara.works[uid].ids["trakt"]
    assert ("show" in row) == (row["type"] != "movie")
    assert (row["comment"]["comment"], row["comment"]["spoiler"], row["comment"]["parent_id"]) == (FIVE, True, 0)


def test_the_newest_comment_comes_first_page_by_page(mara):
    for number in range(3):
        written(mara, mara.works["m1"], f"{FIVE} number {number}")
        mara.world.clock.advance(60)
    answer = mara.get("/users/me/comments/all/all", page=1, limit=2)
    assert [row["comment"]["comment"][-1] for row in answer.json()] == ["2", "1"]
    assert pages(answer) == (1, 2, 2, 3)


def test_the_same_text_sent_twice_is_two_comments(mara):
    numbers = {written(mara, mara.works["m1"]).json()["id"] for _ in range(2)}
    assert len(numbers) == 2
    assert read(mara) == [FIVE, FIVE]


def test_fewer_than_five_words_are_no_comment(mara):
    comment = mara.account.comment(mara.works["m1"], FIVE)
    for answer in (
        written(mara, mara.works["m1"], FOUR),
        mara.put(f"/comments/{comment.id}", {"comment": FOUR, "spoiler": False}),
        mara.post(f"/comments/{comment.id}/replies", {"comment": FOUR, "spoiler": False}),
        mara.post("/comments", {"movie": ids(mara.works["m1"])}),
        mara.post("/comments", {"comment": FIVE, "spoiler": False}),
    ):
        assert answer.status_code == 422
    assert read(mara) == [FIVE]


def test_nobody_can_comment_on_what_trakt_does_not_know(mara):
    assert mara.post("/comments", {"movie": {"ids": {"trakt": 999_999}}, "comment": FIVE}).status_code == 404


def test_what_is_commented_on_may_be_understood_by_trakts_own_number_alone(mara):
    film = mara.works["m1"]
    by_imdb = {"movie": ids(film, "imdb"), "comment": FIVE}
    assert mara.post("/comments", by_imdb).status_code == 201
    mara.trakt.options.comment_ids = ("trakt",)
    assert mara.post("/comments", by_imdb).status_code == 404
    assert written(mara, film).status_code == 201


def test_two_hundred_words_make_a_review(mara):
    for text in (FIVE, LONG):
        written(mara, mara.works["m1"], text)
    assert (read(mara, "reviews/movies"), read(mara, "shouts/movies")) == ([LONG], [FIVE])
    assert [row["comment"]["review"] for row in mara.get("/users/me/comments/reviews/all").json()] == [True]


def test_comments_are_told_apart_by_what_they_are_about(mara):
    for uid in ("m1", "s1", "s1.1", "s1.1.1"):
        written(mara, mara.works[uid], f"{FIVE} for {uid}")
    mara.account.comment(mara.account.make_list("Nights"), f"{FIVE} for a list")
    kinds = {
        kind: [text.split()[-1] for text in read(mara, f"all/{kind}")]
        for kind in ("movies", "shows", "seasons", "episodes", "lists")
    }
    assert kinds == {"movies": ["m1"], "shows": ["s1"], "seasons": ["s1.1"], "episodes": ["s1.1.1"], "lists": ["list"]}
    assert len(read(mara)) == 5


def test_replies_are_left_out_unless_they_are_asked_for(mara, jon):
    theirs = jon.account.comment(mara.works["m1"], FIVE)
    own = mara.account.comment(mara.works["m2"], "This one stands by itself")
    answer = mara.post(f"/comments/{theirs.id}/replies", {"comment": "I think that you are right", "spoiler": False})
    assert (answer.status_code, answer.json()["parent_id"]) == (201, theirs.id)
    assert read(mara) == [own.text]
    assert len(read(mara, include_replies="true")) == 2
    assert read(mara, include_replies="only") == ["I think that you are right"]
    assert mara.get(f"/comments/{theirs.id}").json()["replies"] == 1
    assert [one["id"] for one in mara.get(f"/comments/{theirs.id}/replies").json()] == [answer.json()["id"]]
    assert mara.post(f"/comments/{answer.json()['id']}/replies", {"comment": FIVE}).status_code == 404


def test_a_list_that_others_may_see_can_be_commented_on(mara, jon):
    seen, hidden = jon.account.make_list("Open", "public"), jon.account.make_list("Closed")
    answers = [mara.post("/comments", {"list": {"ids": {"trakt": one.id}}, "comment": FIVE}) for one in (seen, hidden)]
    assert [answer.status_code for answer in answers] == [201, 404]
    assert mara.get("/users/me/comments/all/lists").json()[0]["list"]["name"] == "Open"


def test_a_changed_comment_keeps_its_number_and_the_time_of_its_making(mara):
    made = written(mara, mara.works["m1"]).json()
    mara.world.clock.advance(60)
    changed = mara.put(f"/comments/{made['id']}", {"comment": f"{FIVE} indeed", "spoiler": True}).json()
    assert (changed["id"], changed["created_at"]) == (made["id"], made["created_at"])
    assert (changed["comment"], changed["spoiler"]) == (f"{FIVE} indeed", True)
    assert changed["updated_at"] > made["updated_at"]


@pytest.mark.parametrize(("age", "replied", "status"), [(13, True, 204), (15, False, 204), (15, True, 409)])
def test_a_comment_goes_while_it_is_young_or_nobody_has_replied(mara, jon, age, replied, status):
    comment = mara.account.comment(mara.works["m1"], FIVE)
    if replied:
        jon.account.comment(mara.works["m1"], FIVE, parent=comment.id)
    mara.world.clock.advance(age * DAY)
    mara.grant = mara.trakt.sign_in.grant(mara.account, mara.headers["trakt-api-key"])
    mara.headers["Authorization"] = f"Bearer {mara.grant.access}"
    assert mara.delete(f"/comments/{comment.id}").status_code == status
    assert (read(mara) == []) == (status == 204)


def test_what_is_gone_or_somebody_elses_cannot_be_changed(mara, jon):
    theirs = jon.account.comment(mara.works["m1"], FIVE)
    body = {"comment": FIVE, "spoiler": False}
    assert (
        mara.put(f"/comments/{theirs.id}", body).status_code,
        mara.delete(f"/comments/{theirs.id}").status_code,
    ) == (
        401,
        401,
    )
    assert (mara.put("/comments/999999", body).status_code, mara.delete("/comments/999999").status_code) == (404, 404)


@pytest.mark.parametrize(
    ("uid", "leaf"),
    [("m1", "movies"), ("s1", "shows"), ("s1.1", "seasons"), ("s1.1.1", "episodes")],
)
def test_writing_changing_and_deleting_move_the_leaf_of_the_kind(mara, uid, leaf):
    number = []
    assert mara.moved(lambda: number.append(written(mara, mara.works[uid]).json()["id"])) == {f"{leaf}.commented_at"}
    path = f"/comments/{number[0]}"
    assert mara.moved(lambda: mara.put(path, {"comment": LONG, "spoiler": True})) == {f"{leaf}.commented_at"}
    assert mara.moved(lambda: mara.delete(path)) == {f"{leaf}.commented_at"}


def test_whoever_may_not_comment_is_told_so_by_her_settings(mara):
    mara.account.may_comment = False
    assert mara.get("/users/settings").json()["permissions"]["commenting"] is False
    assert written(mara, mara.works["m1"]).status_code == 403


@needs_contract
def test_comments_keep_the_contract(mara, jon):
    mara.account.watch(mara.works["m1"])
    mara.account.rate(mara.works["m1"], 8)
    for uid in ("s1", "s1.1", "s1.1.1"):
        mara.account.comment(mara.works[uid], FIVE)
    made = written(mara, mara.works["m1"])
    path, body = f"/comments/{made.json()['id']}", {"comment": LONG, "spoiler": True}
    assert_kept("POST", "/comments/", made, 201)
    assert_kept("PUT", "/comments/{id}/", mara.put(path, body), 200)
    assert_kept("POST", "/comments/{id}/replies", jon.post(f"{path}/replies", body), 201)
    assert_kept("GET", "/comments/{id}", mara.get(path), 200)
    assert_kept("GET", "/comments/{id}/replies", mara.get(f"{path}/replies"), 200)
    assert_kept("GET", "/users/{id}/comments/{comment_type}/{type}", mara.get("/users/me/comments/all/all"), 200)


@needs_recordings
def test_every_recorded_key_of_comments_is_there(mara):
    for about in (*(mara.works[uid] for uid in ("m1", "s1", "s1.1", "s1.1.1")), mara.account.make_list("Nights")):
        mara.account.comment(about, FIVE)
    ours = mara.get("/users/me/comments/all/all").json()
    assert keys(recorded("Users/test_get_user_comments")) - keys(ours) == set()
