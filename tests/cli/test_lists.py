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
