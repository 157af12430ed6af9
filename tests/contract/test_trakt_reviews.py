"""Reviews on the simulated Trakt: what the person wrote about a thing, which others see (reference 3, 11)."""

import pytest
from msgspec.structs import replace

from tests.contract.trakt_desk import CLIENT, DAY, Desk, Vault
from watchweave.core.media import Kind, Media
from watchweave.core.records import Review
from watchweave.errors import Unavailable
from watchweave.sandbox import faults
from watchweave.sandbox.trakt_rules import Options
from watchweave.services import base
from watchweave.services.trakt import Trakt

TEXT = "I could watch it every year"
OTHER = "I could not watch it again"
READ = "GET /users/me/comments/all/all"


class Noted(Desk):
    """Her notes last from run to run, until they are lost."""

    def __init__(self, options=None):
        self.lose_notes()
        super().__init__(options)

    def next_run(self, rewrite=None):
        super().next_run(rewrite)
        self.trakt = Trakt(self.http, {}, self.known, self.kept)

    def lose_notes(self):
        self.kept = base.Desk()

    def comment(self, uid, text=TEXT, **more):
        return self.person.comment(self.works[uid], text, **more)

    def reads(self):
        """A run that reads her reviews, and the next one."""
        self.next_run()
        _, records = self.read("reviews")
        self.next_run()
        return records


@pytest.fixture
def desk():
    return Noted()


def texts(desk):
    return sorted(comment.text for comment in desk.person.comments.values())


def said(desk):
    """What she says of what, at Trakt."""
    return {comment.about.uid: comment.text for comment in desk.person.comments.values()}


# Reading


@pytest.mark.parametrize(("uid", "kind"), [("m1", 1), ("s1", 2), ("s1.1", 3), ("s1.1.2", 4)])
def test_a_comment_is_a_review_with_its_text_its_time_and_what_it_is_about(desk, uid, kind):
    comment = desk.comment(uid, f"{TEXT}.\n\n*Really* & <truly>.", spoiler=True)
    (review,) = desk.reads()
    assert (review.text, review.spoiler, review.at) == (comment.text, True, comment.created)
    assert (review.media.kind, review.media.keys) == (
        Kind(kind),
        (f"{desk.works[uid].kind}:{desk.works[uid].ids['trakt']}",),
    )


def test_of_several_comments_on_one_thing_the_one_written_last_counts(desk):
    first = desk.comment("m1")
    desk.world.clock.advance(DAY)
    desk.comment("m1", OTHER)
    assert [review.text for review in desk.reads()] == [OTHER]
    changed = desk.person.edit_comment(first, f"{TEXT} again", spoiler=False)
    assert [(review.text, review.at) for review in desk.reads()] == [(changed.text, changed.updated)]


def test_replies_and_comments_on_lists_are_no_reviews(desk):
    desk.comment("m2")
    desk.comment("m1", OTHER, parent=desk.simulated.join("jon").comment(desk.works["m1"], TEXT).id)
    desk.person.comment(desk.person.make_list("Nights"), OTHER)
    reading, records = desk.read("reviews")
    assert (reading.complete, reading.partial, [review.text for review in records]) == (True, "", [TEXT])


def test_a_reply_that_is_sent_unasked_is_no_review_either(desk):
    desk.comment("m1")

    def as_replies(rows):
        return [row | {"comment": row["comment"] | {"parent_id": 1}} for row in rows]

    desk.next_run({"/users/me/comments/all/all": as_replies})
    assert desk.read("reviews")[1] == []


def test_all_pages_are_read(desk):
    for number in range(300):
        desk.comment(f"m{number % 12 + 1}", f"{TEXT} number {number}")
    desk.next_run()
    reading, records = desk.read("reviews")
    assert (reading.complete, reading.partial, len(records)) == (True, "", 12)
    assert desk.asked() == [READ, READ, "GET /users/settings"]


@pytest.mark.parametrize("fault", [faults.Status(520), faults.Count(-1), faults.Short(), faults.Empty(), faults.Html()])
def test_a_reading_that_is_not_proven_is_not_complete_and_nothing_is_noted(desk, fault):
    for number in range(300):
        desk.comment(f"m{number % 12 + 1}", f"{TEXT} number {number}")
    desk.world.faults.order(fault, path="^/users/me/comments", skip=1, times=3)
    reading, _ = desk.read("reviews")
    assert reading.partial
    assert desk.kept.notes == {}


# Writing


@pytest.mark.parametrize("options", [Options(), Options(comment_ids=("trakt",), unknown_ids="missing")])
def test_reviews_of_all_kinds_are_written_and_read_back(options):
    desk = Noted(options)
    reviews = [Review(desk.media(uid), None, f"{TEXT} {uid}") for uid in ("m1", "s1", "s1.1", "s1.1.2")]
    assert desk.add("reviews", *reviews, Review(desk.media("m2"), None, OTHER, spoiler=True)) == []
    assert said(desk) == {uid: f"{TEXT} {uid}" for uid in ("m1", "s1", "s1.1", "s1.1.2")} | {"m2": OTHER}
    assert {(one.text, one.spoiler) for one in desk.reads()} == {
        (OTHER, True),
        *((review.text, False) for review in reviews),
    }


def test_a_thing_that_trakt_has_shown_us_costs_one_request(desk):
    desk.reads()
    desk.add("reviews", Review(desk.media("m1", keyed=True), None, TEXT))
    assert desk.asked() == ["GET /users/settings", "POST /comments"]


@pytest.mark.parametrize(
    ("uid", "spaces", "asked"),
    [
        ("m1", ("imdb", "tmdb"), ["/search/imdb/{imdb}"]),
        ("m1", ("tmdb",), ["/search/tmdb/{tmdb}"]),
        ("s1", ("tvdb",), ["/search/tvdb/{tvdb}"]),
        ("s1.1", ("imdb",), ["/shows/{imdb}/seasons"]),
        ("s1.1.2", ("imdb",), ["/shows/{imdb}/seasons"]),
        ("s1.1.2", ("tvdb",), ["/search/tvdb/{tvdb}", "/shows/{trakt}/seasons"]),
    ],
)
def test_anything_else_is_looked_up_first_since_a_comment_goes_by_trakts_own_number(desk, uid, spaces, asked):
    desk.reads()
    work = desk.works[uid]
    assert desk.add("reviews", Review(desk.media(uid, *spaces), None, TEXT)) == []
    paths = [f"GET {path.format(**(work.show or work).ids)}" for path in asked]
    assert desk.asked() == ["GET /users/settings", *paths, "POST /comments"]
    assert said(desk) == {uid: TEXT}


def test_an_episode_is_found_by_an_id_of_its_own_wherever_it_stands(desk):
    theirs = replace(desk.media("s1.1.1"), ids={"tmdb": str(desk.works["s1.2.3"].ids["tmdb"])}, order="dvd")
    assert desk.add("reviews", Review(theirs, None, TEXT)) == []
    assert said(desk) == {"s1.2.3": TEXT}


def test_a_film_that_trakt_does_not_know_by_one_id_it_may_know_by_another(desk):
    film = replace(desk.media("m1", "tmdb"), ids={"imdb": "tt9999999", "tmdb": str(desk.works["m1"].ids["tmdb"])})
    assert desk.add("reviews", Review(film, None, TEXT)) == []
    assert said(desk) == {"m1": TEXT}


def test_a_film_of_the_same_number_is_not_the_show(desk):
    film, show = desk.works["m1"], desk.media("s1", "tmdb")
    path = f"/search/tmdb/{desk.works['s1'].ids['tmdb']}"
    ids = {"trakt": film.ids["trakt"], "tmdb": desk.works["s1"].ids["tmdb"]}
    desk.next_run({path: lambda rows: [{"type": "movie", "movie": {"title": film.title, "ids": ids}}, *rows]})
    assert desk.add("reviews", Review(show, None, TEXT)) == []
    assert said(desk) == {"s1": TEXT}


def test_what_trakt_does_not_know_or_may_number_otherwise_is_refused(desk):
    season, episode = desk.media("s1.1"), desk.media("s1.1.1")
    strange = [
        Media(Kind.MOVIE, {"imdb": "tt9999999"}, "Nowhere"),
        Media(Kind.MOVIE, {}, desk.works["m1"].title, desk.works["m1"].year),
        replace(season, season=77),
        replace(season, order="dvd"),
        replace(season, ids={"tvdb": "99999999"}),
        replace(episode, number=99),
        replace(episode, order="dvd"),
        replace(episode, ids={"tvdb": "99999999"}),
        replace(episode, parent=None),
    ]
    refused = desk.add("reviews", *(Review(media, None, TEXT) for media in strange))
    assert [refusal.record.media for refusal in refused] == strange
    otherwise = [refusal.record.media for refusal in refused if "differently" in refusal.why]
    assert otherwise == [media for media in strange if media.order]
    assert desk.person.comments == {}


def test_fewer_than_five_words_are_refused_before_anything_is_sent(desk):
    refused = desk.add("reviews", Review(desk.media("m1"), None, "Four words are not"))
    assert [refusal.why for refusal in refused] == ["Trakt takes no comment of fewer than 5 words."]
    assert desk.asked() == ["GET /users/settings"]


def test_a_text_that_trakt_does_not_take_is_refused_alone(desk):
    desk.world.faults.order(faults.Status(422), method="POST", path="^/comments$")
    reviews = [Review(desk.media(uid), None, TEXT) for uid in ("m1", "m2")]
    (refusal,) = desk.add("reviews", *reviews)
    assert (refusal.record, "English" in refusal.why) == (reviews[0], True)
    assert said(desk) == {"m2": TEXT}


def test_whoever_may_not_comment_is_sent_nothing(desk):
    """Trakt would refuse it in the way in which it refuses an app."""
    desk.person.may_comment = False
    (refusal,) = desk.add("reviews", Review(desk.media("m1"), None, TEXT))
    assert refusal.why == "This account may not comment on Trakt."
    assert desk.asked() == ["GET /users/settings"]


@pytest.mark.parametrize(
    "fault", [faults.Status(502, applied=True), faults.Drop(applied=True), faults.Html(applied=True)]
)
def test_a_comment_whose_outcome_is_unclear_is_never_sent_twice(desk, fault):
    desk.world.faults.order(fault, method="POST", path="^/comments$")
    with pytest.raises(Unavailable):
        desk.add("reviews", Review(desk.media("m1"), None, TEXT))
    assert desk.asked().count("POST /comments") == 1
    assert texts(desk) == [TEXT]


# Changing


def test_another_text_changes_the_comment_that_was_read(desk):
    comment = desk.comment("m1")
    (review,) = desk.reads()
    assert desk.add("reviews", replace(review, text=OTHER, spoiler=True)) == []
    assert desk.asked() == ["GET /users/settings", f"PUT /comments/{comment.id}"]
    assert [(one.text, one.spoiler) for one in desk.reads()] == [(OTHER, True)]


def test_where_the_notes_are_lost_the_comment_is_found_by_reading(desk):
    comment = desk.comment("m1")
    (review,) = desk.reads()
    desk.lose_notes()
    desk.next_run()
    desk.add("reviews", replace(review, text=OTHER))
    assert desk.asked() == ["GET /users/settings", READ, f"PUT /comments/{comment.id}"]
    assert texts(desk) == [OTHER]


def test_what_we_wrote_ourselves_is_changed_though_no_reading_has_shown_it(desk):
    desk.add("reviews", Review(desk.media("m1"), None, TEXT))
    desk.next_run()
    assert desk.add("reviews", Review(desk.media("m1"), None, OTHER)) == []
    assert READ not in desk.asked()
    assert texts(desk) == [OTHER]


def test_somebody_else_who_is_signed_in_for_a_while_leaves_no_trace(desk):
    desk.comment("m1")
    (review,) = desk.reads()
    mara, jon = desk.vault, desk.simulated.join("jon")
    desk.vault = Vault(desk.simulated.sign_in.grant(jon, CLIENT))
    assert desk.reads() == []
    desk.vault = mara
    desk.next_run()
    desk.add("reviews", replace(review, text=OTHER))
    assert texts(desk) == [OTHER]


def test_of_several_comments_the_one_that_counts_is_changed(desk):
    desk.comment("m1")
    desk.world.clock.advance(DAY)
    desk.comment("m1", OTHER)
    (review,) = desk.reads()
    desk.add("reviews", replace(review, text=f"{OTHER} ever"))
    assert texts(desk) == sorted([TEXT, f"{OTHER} ever"])


def test_a_change_may_be_sent_again_after_a_failure(desk):
    comment = desk.comment("m1")
    (review,) = desk.reads()
    desk.world.faults.order(faults.Status(502, applied=True), method="PUT")
    assert desk.add("reviews", replace(review, text=OTHER)) == []
    assert desk.asked()[1:] == [f"PUT /comments/{comment.id}"] * 2


def test_a_comment_that_went_a_moment_ago_is_not_written_anew(desk):
    comment = desk.comment("m1")
    (review,) = desk.reads()
    desk.person.delete_comment(comment)
    assert [refusal.record.media for refusal in desk.add("reviews", replace(review, text=OTHER))] == [review.media]
    assert desk.person.comments == {}


# Removing


def test_a_review_is_taken_back_by_its_number_and_only_that(desk):
    comment = desk.comment("m1")
    desk.comment("m2", OTHER)
    review = next(one for one in desk.reads() if one.text == TEXT)
    assert desk.remove("reviews", review) == []
    assert desk.asked() == ["GET /users/settings", f"DELETE /comments/{comment.id}"]
    assert texts(desk) == [OTHER]
    assert desk.remove("reviews", review) == []
    assert desk.asked() == ["GET /users/settings", f"DELETE /comments/{comment.id}"]


def test_what_we_wrote_ourselves_is_taken_back_though_no_reading_has_shown_it(desk):
    review = Review(desk.media("m1"), None, TEXT)
    desk.add("reviews", review)
    desk.next_run()
    assert desk.remove("reviews", review) == []
    assert desk.person.comments == {}


@pytest.mark.parametrize("lost", [True, False])
def test_a_review_that_is_gone_already_is_done(desk, lost):
    comment = desk.comment("m1")
    (review,) = desk.reads()
    desk.person.delete_comment(comment)
    if lost:
        desk.lose_notes()
        desk.next_run()
    assert desk.remove("reviews", review) == []


def test_an_old_comment_with_replies_stays_and_its_removal_is_refused(desk):
    comments = [desk.comment("m1"), desk.comment("m2")]
    desk.simulated.join("jon").comment(desk.works["m1"], OTHER, parent=comments[0].id)
    desk.world.clock.advance(15 * DAY)
    reviews = sorted(desk.reads(), key=lambda review: review.media.key)
    (refusal,) = desk.remove("reviews", *reviews)
    assert (refusal.record.media.title, "replies" in refusal.why) == (desk.works["m1"].title, True)
    assert said(desk) == {"m1": TEXT}


def test_a_removal_may_be_sent_again_after_a_failure(desk):
    comment = desk.comment("m1")
    (review,) = desk.reads()
    desk.world.faults.order(faults.Status(502, applied=True), method="DELETE")
    assert desk.remove("reviews", review) == []
    assert desk.asked()[1:] == [f"DELETE /comments/{comment.id}"] * 2


# The stamp


@pytest.mark.parametrize("uid", ["m1", "s1", "s1.1", "s1.1.1"])
def test_writing_changing_and_deleting_move_the_stamp_of_the_reviews_alone(desk, uid):
    made = []
    for deed in (
        lambda: made.append(desk.comment(uid)),
        lambda: desk.person.edit_comment(made[0], OTHER, spoiler=False),
        lambda: desk.person.delete_comment(made[0]),
    ):
        before = {name: desk.stamp(name) for name in desk.trakt.shelves}
        deed()
        desk.next_run()
        assert [name for name in before if desk.stamp(name) != before[name]] == ["reviews"]


def test_what_we_write_ourselves_is_in_the_stamp_that_is_asked_for_afterwards(desk):
    review, stamps = Review(desk.media("m1"), None, TEXT), [desk.stamp("reviews")]
    for deed in (desk.add, desk.remove):
        desk.world.clock.advance(1)
        deed("reviews", review)
        stamps.append(desk.stamp("reviews"))
    assert len(set(stamps)) == 3


def test_reviews_are_read_unasked_and_written_only_where_they_are_named(desk):
    shelf = desk.trakt.shelves["reviews"]
    assert (shelf.public, shelf.asked) == (True, False)
