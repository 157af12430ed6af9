"""lists: which there are, what is said before anything is known of them, and which is which."""

import pytest

NIGHT = "Night trains"


@pytest.fixture
def listing(place):
    """nate has two lists at Trakt, and wants lists; nothing was synced yet."""
    place.nate["shelves"] = ["ratings", "lists"]
    place.write()
    night, others = place.account.make_list(NIGHT), place.account.make_list("Others")
    place.account.put_on(night, place.work("m1"))
    place.account.put_on(others, place.work("m2"))
    return place


@pytest.fixture
def synced(listing):
    assert listing.run("sync", "--yes").code == 0
    return listing


def told(place):
    (one,) = place.run("lists", "--json").json["profiles"]
    return one


def test_before_the_first_sync_a_person_who_named_lists_is_not_told_to_name_them(listing):
    looks = "nate\n  No lists yet. The next sync looks which there are.\n"
    assert listing.run("lists").out == looks
    listing.run("plan")
    assert listing.run("lists").out == looks


def test_who_has_not_named_lists_is_told_where(place):
    assert 'They are synced where "shelves:" in config.yml names lists.' in place.run("lists").out


def test_a_list_that_the_settings_leave_out_is_not_chosen(listing):
    listing.nate["lists"] = ["night Trains"]
    listing.write()
    listing.run("sync", "--yes")
    assert listing.run("lists").out == (f"nate\n  {NIGHT}\n    trakt: 1 entry\n  Others\n    trakt: not chosen\n")


def test_a_title_that_no_account_has_is_named_by_lists_and_doctor(listing):
    listing.nate["lists"] = [NIGHT, "Nihgt trains"]
    listing.write()
    assert told(listing)["missing"] == [], "nobody was asked yet"
    listing.run("sync", "--yes")
    says = 'No account has a list "Nihgt trains", which "lists:" in config.yml names.'
    assert (told(listing)["missing"], says in listing.run("lists").out) == (["Nihgt trains"], True)
    assert says in listing.run("doctor").out


def test_a_list_that_is_another_one_now_is_no_heading_of_its_own(synced):
    assert synced.run("lists", "join", NIGHT, "trakt", "Others").code == 0
    assert [one["list"] for one in told(synced)["lists"]] == [NIGHT]


# Which is which


def test_where_there_are_no_lists_none_is_joined(synced):
    joined = synced.run("lists", "join", NIGHT, "plex")
    assert (joined.code, joined.err) == (
        2, "plex takes part in no list: WatchWeave neither reads nor writes lists at Plex.\n",
    )  # fmt: skip


def test_where_none_can_be_made_its_title_there_is_asked_for(synced):
    synced.nate["accounts"]["imdb"] = {}
    synced.write()
    joined = synced.run("lists", "join", NIGHT, "imdb")
    assert (joined.code, "none can be made there from here" in joined.err) == (2, True)
    assert f'imdb showed no list "{NIGHT}" yet' in joined.err


def test_what_was_another_list_is_found_again_by_its_own_title(synced):
    synced.run("lists", "join", NIGHT, "trakt", "Others")
    joined = synced.run("lists", "join", "Others", "trakt")
    assert joined.out.startswith('"Others" is "Others" at trakt from now on.')
    assert synced.run("sync", "--yes").code == 0
    assert {one["list"]: one["accounts"][0]["title"] for one in told(synced)["lists"]} == {
        NIGHT: NIGHT, "Others": "Others",
    }  # fmt: skip


def test_what_was_parted_is_taken_back(synced):
    synced.run("lists", "part", NIGHT, "trakt")
    assert told(synced)["lists"][0]["accounts"][0]["state"] == "apart"
    assert synced.run("lists", "join", NIGHT, "trakt").code == 0
    assert synced.run("sync", "--yes").code == 0
    assert told(synced)["lists"][0]["accounts"][0] == {
        "account": "trakt", "title": NIGHT, "state": "in step", "count": 1,
    }  # fmt: skip


@pytest.mark.parametrize("again", [(), (NIGHT,)])
def test_one_that_was_made_anew_is_taken_for_the_one_that_is_gone(synced, again):
    synced.world.clock.advance(60)
    gone = next(items for items in synced.account.lists.values() if items.name == NIGHT)
    synced.account.delete_list(gone)
    synced.run("sync", "--yes")
    assert told(synced)["lists"][0]["accounts"][0]["state"] == "gone from there"
    synced.account.put_on(synced.account.make_list(NIGHT), synced.work("m3"))
    assert "looked for at trakt at the next sync" in synced.run("lists", "join", NIGHT, "trakt", *again).out
    synced.run("sync", "--yes")
    assert told(synced)["lists"][0]["accounts"][0]["state"] == "in step"
