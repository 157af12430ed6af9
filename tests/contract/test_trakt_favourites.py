"""Favourites on the simulated Trakt: films and shows, read whole, up to the limit of the account (reference 3, 7, 12)."""

import pytest

from tests.contract.trakt_desk import Desk
from watchweave.core.media import Kind, Media
from watchweave.core.records import Like
from watchweave.sandbox import faults
from watchweave.sandbox.trakt_rules import Options


@pytest.fixture
def desk():
    return Desk()


def liked(desk):
    return sorted(entry.work.uid for entry in desk.person.favorites)


def like(desk, *uids):
    for uid in uids:
        desk.person.put_on(desk.person.favorites, desk.works[uid])


def test_favourites_are_films_and_shows_read_with_their_ids_and_the_time_of_the_heart(desk):
    like(desk, "m1", "s1")
    at = int(desk.world.now())
    desk.next_run()
    reading, records = desk.read("favourites")
    assert (reading.complete, reading.partial) == (True, "")
    assert [(one.media.kind, one.at) for one in records] == [(Kind.MOVIE, at), (Kind.SHOW, at)]
    assert records[0].media.ids["imdb"] == desk.works["m1"].ids["imdb"]
    assert desk.asked() == ["GET /sync/favorites"]


def test_hearts_are_given_by_public_ids_and_taken_back(desk):
    hearts = [Like(desk.media("m1")), Like(desk.media("s1", "tvdb")), Like(desk.media("m2", keyed=True))]
    assert desk.add("favourites", *hearts) == []
    assert liked(desk) == ["m1", "m2", "s1"]
    assert desk.asked() == ["POST /sync/favorites"]
    assert desk.remove("favourites", *hearts[:2]) == []
    assert liked(desk) == ["m2"]


def test_a_heart_that_is_there_already_is_done_and_one_that_is_gone_too(desk):
    like(desk, "m1")
    assert desk.add("favourites", Like(desk.media("m1"))) == []
    assert desk.remove("favourites", Like(desk.media("m2"))) == []
    assert liked(desk) == ["m1"]


def test_a_heart_for_what_trakt_does_not_know_is_refused_alone(desk):
    hearts = [Like(desk.media("m1")), Like(Media(Kind.SHOW, {"tvdb": "99999999"}, "Unheard"))]
    assert [refusal.record for refusal in desk.add("favourites", *hearts)] == hearts[1:]
    assert liked(desk) == ["m1"]


def test_a_heart_may_be_sent_again_after_a_failure(desk):
    desk.world.faults.order(faults.Status(502, applied=True), method="POST")
    assert desk.add("favourites", Like(desk.media("m1"))) == []
    assert desk.asked() == ["POST /sync/favorites"] * 2


@pytest.mark.parametrize("fills", [True, False])
def test_what_fits_among_the_favourites_is_added_and_the_rest_is_refused_with_the_limit(fills):
    desk = Desk(Options(fills_to_limit=fills))
    desk.person.limits["favorites"] = 4
    like(desk, "m1", "m2")
    works = [work for work in desk.works.of("movie")[4:] if "imdb" in work.ids][:5]
    refused = desk.add("favourites", *(Like(desk.media(work.uid)) for work in works))
    assert len(desk.person.favorites) == 4
    assert {refusal.why for refusal in refused} == {"limit: this account holds at most 4 here."}
    there = {work.ids.get("imdb") for work in desk.person.favorites.works}
    assert {work.ids["imdb"] for work in works} - there <= {refusal.record.media.ids["imdb"] for refusal in refused}


def test_a_limit_that_the_answer_does_not_name_is_that_of_the_settings(desk):
    desk.person.limits["favorites"] = 1
    desk.world.faults.order(faults.Status(420), method="POST")
    hearts = [Like(desk.media(uid)) for uid in ("m1", "m2")]
    assert [refusal.record for refusal in desk.add("favourites", *hearts)] == hearts[1:]
    assert liked(desk) == ["m1"]


@pytest.mark.parametrize("uid", ["m1", "s1"])
def test_a_heart_given_or_taken_back_moves_the_stamp_of_the_favourites_alone(desk, uid):
    for deed in (desk.person.put_on, desk.person.take_off):
        before = {name: desk.stamp(name) for name in desk.trakt.shelves}
        deed(desk.person.favorites, desk.works[uid])
        desk.next_run()
        assert [name for name in before if desk.stamp(name) != before[name]] == ["favourites"]


def test_favourites_are_read_unasked_and_written_only_where_they_are_named(desk):
    shelf = desk.trakt.shelves["favourites"]
    assert (shelf.public, shelf.asked) == (True, False)
