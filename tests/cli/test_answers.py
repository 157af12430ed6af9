"""status, why, unmatched and doctor: they tell what is there, and ask no service but for the doctor."""

from pathlib import Path

import pytest

LONG_AGO = 1_700_000_000


@pytest.fixture
def synced(place):
    place.watch("m1", "s1.1.2", at=LONG_AGO)
    place.plex.add(home_video(place), names="none")
    place.run("sync")
    place.world.requests.clear()
    return place


def home_video(place):
    from watchweave.sandbox.world import Work

    return place.world.catalogue.add(Work("h1", "movie", "Grandmother is eighty", None, {}, 24, on_trakt=False))


@pytest.mark.parametrize(
    "words", [("status",), ("status", "--json"), ("runs",), ("runs", "--json"), ("why", "tt"), ("unmatched",)]
)
def test_questions_send_no_request(synced, words):
    synced.run(*words)
    assert synced.requests == []


@pytest.mark.parametrize("words", [("sync", "-v"), ("plan",), ("status", "--json"), ("doctor", "-v"), ("runs",)])
def test_no_secret_is_ever_shown(synced, words):
    ended = synced.run(*words)
    assert ended.all
    assert [secret for secret in synced.secrets if secret in ended.all] == []


def test_status_names_accounts_sign_ins_and_the_last_run(synced):
    (nate,) = synced.run("status", "--json").json["profiles"]
    plex, trakt = nate["accounts"]
    assert nate["last_run"]["run"] == 1
    assert [(one["account"], one["service"], one["state"], one["owed"]) for one in (plex, trakt)] == [
        ("plex", "plex", "ready", {}),
        ("trakt", "trakt", "ready", {}),
    ]
    assert plex["expires_at"] is None
    assert trakt["expires_at"].endswith("Z")


def test_status_before_any_sync_says_so(place):
    (nate,) = place.run("status", "--json").json["profiles"]
    assert [account["state"] for account in nate["accounts"]] == ["new", "new"]
    assert "not synced yet" in place.run("status").out


def test_status_says_which_sign_in_is_needed_and_how(place):
    place.trakt.sign_in.revoke(place.account)
    place.run("sync")
    told = place.run("status").out
    assert "trakt: paused until you act" in told
    assert "watchweave login trakt" in told
    assert "sign-in good until" not in told


def test_status_names_what_is_owed_while_an_account_is_down(synced):
    synced.plex.rate("nate", "m2", 8)
    synced.trakt.delete_app()
    synced.run("sync")
    trakt = synced.run("status", "--json").json["profiles"][0]["accounts"][1]
    assert (trakt["state"], trakt["owed"]) == ("sign_in_needed", {"ratings": 1})


def test_why_tells_ids_what_accounts_show_and_what_was_written(synced):
    told = synced.run("why", synced.work("m1").title).out
    assert synced.work("m1").title in told
    assert f"imdb {synced.work('m1').ids['imdb']}, said by plex" in told
    assert "plex here, trakt here (written by us)" in told
    assert "add 2023-11-14T22:13:00Z at trakt history, watched on plex: done" in told


def test_why_finds_by_id_by_number_and_by_part_of_the_title(synced):
    film, show = synced.work("m1"), synced.work("s1")
    for words in (film.ids["imdb"], f"tmdb:{film.ids['tmdb']}", film.title.upper(), f"{film.title} ({film.year})"):
        assert film.title in synced.run("why", words).out
    assert f"{show.title} S01E02" in synced.run("why", *f"{show.title} S01E02".split()).out


def test_a_percent_sign_in_a_title_means_itself(synced):
    assert synced.run("why", "%").code == 2


def test_why_of_something_unknown_is_told_so(synced):
    ended = synced.run("why", "no", "such", "thing")
    assert ended.code == 2
    assert 'Nothing here is called "no such thing"' in ended.err


def test_unmatched_names_the_home_video_and_why(synced):
    (one,) = synced.run("unmatched", "--json").json["unmatched"]
    assert (one["account"], one["problem"], one["media"]["title"]) == ("plex", "no_ids", "Grandmother is eighty")
    assert "Grandmother is eighty" in synced.run("unmatched").out


def test_unmatched_names_what_a_service_did_not_take(place):
    place.world.catalogue.change(place.work("m3"), on_trakt=False)
    place.watch("m3", at=LONG_AGO)
    assert place.run("sync").code == 0
    (one,) = place.run("unmatched", "--json").json["unmatched"]
    assert (one["account"], one["shelf"], one["problem"]) == ("trakt", "history", "refused")
    assert one["media"]["title"] == place.work("m3").title


def test_the_doctor_finds_a_healthy_place_healthy(synced):
    ended = synced.run("doctor")
    assert ended.code == 0
    assert {line.split()[0] for line in ended.out.splitlines()} == {"ok"}
    assert "nate's trakt: signed in as" in ended.out


def test_the_doctor_writes_to_no_service(synced):
    synced.run("doctor")
    assert synced.requests != []
    assert synced.world.requests.writes() == []


def test_the_doctor_ends_with_2_where_a_sign_in_is_gone(synced):
    synced.trakt.sign_in.revoke(synced.account)
    ended = synced.run("doctor")
    assert ended.code == 2
    assert "no  nate's trakt: Trakt: the sign-in has expired" in ended.out


def test_the_doctor_ends_with_2_where_the_key_is_another(synced):
    (synced.folder / "secrets.key").write_text("00" * 32)
    ended = synced.run("doctor")
    assert ended.code == 2
    assert "another key" in ended.out


def test_the_doctor_names_a_wrong_setting(place):
    place.nate["shelfs"] = ["history"]
    place.write()
    ended = place.run("doctor")
    assert (ended.code, "shelfs" in ended.out) == (2, True)


def test_the_doctor_finds_records_that_are_marked_wrongly(synced):
    import sqlite3

    with sqlite3.connect(synced.folder / "data" / "watchweave.db") as db:
        db.execute("UPDATE held SET due = 1 WHERE shelf = 5")
    db.close()
    ended = synced.run("doctor")
    assert ended.code == 0
    assert "marked wrongly" in ended.out


def keys_of(value):
    """All keys in an answer but those of open tables: ids, and counts by account, shelf or state."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    if not isinstance(value, dict):
        return set()
    open_tables = {"ids", "requests", "owed", "changes"}
    return set(value).union(*(keys_of(one) for name, one in value.items() if name not in open_tables or one == []))


@pytest.mark.parametrize("question", ["status", "runs", "unmatched"])
def test_every_key_of_an_answer_is_explained(synced, question):
    page = (Path(__file__).parents[2] / "docs" / "reference" / "commands.md").read_text()
    keys = keys_of(synced.run(question, "--json").json)
    assert len(keys) > 5
    assert [key for key in keys if f'"{key}"' not in page] == []
