"""status, why, unmatched and doctor: they tell what is there, and ask no service but for the doctor."""

from pathlib import Path

import pytest

from watchweave.sandbox.letterboxd import Letterboxd
from watchweave.sandbox.server import Sandbox

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


@pytest.mark.parametrize("nonsense", ["99999999999999999", "²"])
def test_status_says_nothing_of_an_expiry_that_is_no_time(place, nonsense):
    place.nate["accounts"]["trakt"]["expires_at"] = nonsense
    place.write()
    (nate,) = place.run("status", "--json").json["profiles"]
    assert [account["expires_at"] for account in nate["accounts"]] == [None, None]


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
    assert "add 14 Nov 2023 23:13 at trakt history, watched on plex: done" in told


def test_why_tells_every_time_on_the_clock_of_whose_it_is(synced):
    synced.settings["profiles"]["mara"] = {"timezone": "Asia/Tokyo", "accounts": synced.accounts()}
    synced.write()
    synced.run("sync", "--profile", "mara")
    told = synced.run("why", synced.work("m1").title).out
    assert "Z " not in told
    plays = [line for line in told.splitlines() if line.startswith("  watched 1")]
    assert sorted(line.split(":")[0] + line.split(":")[1] for line in plays) == [
        "  watched 14 Nov 2023 2313", "  watched 15 Nov 2023 0713",
    ]  # fmt: skip


def test_why_is_silent_on_a_shelf_that_is_not_kept_in_step(synced):
    assert "collection" not in synced.run("why", synced.work("m1").title).out
    synced.nate["shelves"] = ["history", "ratings", "watchlist", "collection"]
    synced.write()
    synced.run("sync")
    assert "collection should be: there for plex and trakt" in synced.run("why", synced.work("m1").title).out


def test_why_says_why_an_account_shows_something_else(synced):
    synced.account.rate(synced.work("x1"), 7)
    synced.plex.rate("nate", "h1", 9)
    synced.plex.rate("nate", "m3", 4)
    synced.world.catalogue.change(synced.work("m4"), on_trakt=False)
    synced.plex.rate("nate", "m4", 6)
    run = synced.run("sync", "--json").json["run"]
    synced.run("undo", str(run))
    for uid, reason in (
        ("x1", "plex shows nothing: not in its library"),
        ("h1", "trakt shows nothing: it has no id that this service knows"),
        ("m3", "trakt shows nothing: kept apart, as an undo or a sync left it"),
        ("m4", "trakt shows nothing: it was not taken"),
    ):
        assert f"    {reason}\n" in synced.run("why", synced.work(uid).title).out


def test_why_names_the_hold_that_keeps_a_difference(synced):
    for number in range(1, 61):
        synced.plex.want("nate", f"x{number}", at=LONG_AGO)
    synced.run("sync")
    for number in range(1, 31):
        synced.plex.unwant("nate", f"x{number}")
    (hold,) = synced.run("sync", "--json").json["held"]
    told = synced.run("why", synced.work("x1").title).out
    assert f"    trakt shows there: held back by {hold['hold']}\n" in told


def test_why_of_nothing_prints_nothing_at_random(synced):
    ended = synced.run("why", "")
    assert (ended.code, ended.out) == (2, "")


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


def test_before_anything_was_read_nothing_is_called_identified(place):
    assert place.run("unmatched").out.startswith("Nothing was read yet.")
    place.run("sync")
    assert place.run("unmatched").out == "Everything is identified.\n"


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
    assert "no  nate's trakt: the sign-in has expired" in ended.out


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
        db.execute("UPDATE held SET due = 1 WHERE shelf = 2")
    db.close()
    ended = synced.run("doctor")
    assert ended.code == 0
    assert "marked wrongly" in ended.out


def test_status_says_what_is_owed_in_words(synced):
    synced.plex.rate("nate", "m2", 8)
    synced.plex.want("nate", "x1", at=LONG_AGO)
    synced.trakt.delete_app()
    synced.run("sync")
    assert "1 rating, 1 wish still to be written to trakt" in synced.run("status").out


def test_unmatched_tells_when_it_is_tried_again_and_reads_well(place):
    place.world.catalogue.change(place.work("m3"), on_trakt=False)
    place.watch("m3", at=LONG_AGO)
    place.run("sync")
    told = place.run("unmatched").out
    assert "; to be tried again from" in told
    assert ".;" not in told
    assert "1 thing in all" in told


def test_a_play_in_the_future_is_named_and_owed_to_nobody(place):
    place.account.watch(place.work("m2"), LONG_AGO)
    place.watch("m1", at=LONG_AGO * 2)
    ended = place.run("sync")
    assert (
        f"trakt history: 1 cannot be written, its time lies ahead, or before 1900: {place.work('m1').title}"
        in ended.out
    )
    (one,) = place.run("unmatched", "--json").json["unmatched"]
    assert (one["account"], one["problem"], one["media"]["title"]) == ("trakt", "time", place.work("m1").title)
    assert place.run("status", "--json").json["profiles"][0]["accounts"][1]["owed"] == {}


def keys_of(value):
    """All keys in an answer but those of open tables: ids, and counts by account, shelf or state."""
    if isinstance(value, list):
        return set().union(*map(keys_of, value))
    if not isinstance(value, dict):
        return set()
    open_tables = {"ids", "requests", "owed", "to_remove", "by_hand", "changes", "counts"}
    return set(value).union(*(keys_of(one) for name, one in value.items() if name not in open_tables or one == []))


@pytest.mark.parametrize("question", ["status", "runs", "unmatched", "export", "import"])
def test_every_key_of_an_answer_is_explained(synced, question):
    page = (Path(__file__).parents[2] / "docs" / "reference" / "commands.md").read_text()
    assert f"\n`{question}" in page[page.index("## What `--json` prints") :]
    keys = keys_of(synced.run(question, *given_to(synced, question), "--json").json)
    assert len(keys) > 3
    assert [key for key in keys if f'"{key}"' not in page] == []


def given_to(place, question):
    """What the command is about, where it has to be said."""
    path = place.folder / "everything.json"
    if question == "import":
        place.nate["accounts"]["shoebox"] = {}
        place.write()
        assert place.run("export", "json", "--to", str(path)).code == 0
    return {"export": ("json", "--to", str(path)), "import": (str(path),)}.get(question, ())


def test_why_says_what_an_account_can_never_be_told(synced):
    synced.watch("h1", at=LONG_AGO)
    synced.watch("m3", at=LONG_AGO * 2)
    synced.run("sync")
    unnamed = synced.run("why", "Grandmother").out
    assert "plex here, trakt cannot be told (it has no id that this service knows)" in unnamed
    assert "owed" not in unnamed
    ahead = synced.run("why", synced.work("m3").title).out
    assert "trakt cannot be told (its time lies ahead, or before 1900)" in ahead


def test_why_dates_a_value_that_we_wrote_by_the_write(place):
    place.plex.rate("nate", "m2", 8, at=LONG_AGO)
    place.run("sync")
    assert "    ratings: 8 of 10 since 14 Nov 2023 23:13, last looked" in place.run("why", place.work("m2").title).out
    place.world.clock.advance(3600)
    place.account.rate(place.work("m2"), 3)
    place.run("sync")
    rated = [
        line for line in place.run("why", place.work("m2").title).out.splitlines() if line.startswith("    ratings:")
    ]
    assert [("3 of 10 since" in line, "2023" in line) for line in rated] == [(True, False), (True, False)]
    assert [line.count("(written by us)") for line in rated] == [1, 0]


def test_why_says_what_a_coarser_form_makes_of_a_value_and_that_the_words_agree(place):
    place.plex.rate("nate", "m2", 6.5, at=LONG_AGO)
    place.account.rate(place.work("m2"), 7, LONG_AGO)
    place.run("sync")
    told = place.run("why", place.work("m2").title).out
    assert "ratings should be: 6.5 of 10 for plex and trakt" in told
    assert "    trakt shows 7 of 10: it keeps whole numbers\n" in told
    assert "another word counted" not in told
    assert "trakt ratings from nothing to 7 of 10, as others said" in told


def test_why_of_a_word_that_says_what_is_true_already_calls_it_agreed(synced):
    synced.plex.rate("nate", "m2", 8)
    synced.run("sync")
    synced.nate["accounts"]["attic"] = {"service": "trakt"} | synced.accounts()["trakt"]
    synced.write()
    synced.run("sync")
    told = synced.run("why", synced.work("m2").title).out
    assert "attic ratings from 8 of 10 to 8 of 10" in told
    assert "another word counted" not in told


def test_the_doctor_names_the_setting_that_makes_somebody_else_of_a_sign_in(place):
    place.plex.person("zoe", home=True)
    place.run("sync")
    place.nate["accounts"]["plex"]["user"] = "zoe"
    place.write()
    ended = place.run("doctor")
    assert ended.code == 2
    assert 'Its setting `user` is "zoe": correct it, or give this account another name.' in ended.out
    assert "watchweave login" not in ended.out


def test_why_says_that_a_review_is_too_short_for_an_account(place):
    place.trakt.join("mara")
    mara = place.trakt.accounts[1]
    grant = place.trakt.sign_in.grant(mara, place.nate["accounts"]["trakt"]["client_id"])
    place.nate["accounts"]["second"] = {
        **place.accounts()["trakt"],
        "service": "trakt",
        "access_token": grant.access,
        "refresh_token": grant.refresh,
    }
    place.nate["shelves"] = ["reviews"]
    place.write()
    place.account.comment(place.work("m1"), "Not five words")
    ended = place.run("sync", "--json").json
    assert (ended["changes"], ended["refused"], ended["status"]) == ([], [], "done")
    told = place.run("why", place.work("m1").title).out
    assert "    second shows nothing: it takes no text of fewer than 5 words\n" in told


def test_the_doctor_asks_for_the_feed_of_letterboxd(place):
    Letterboxd(place.world).join("mara").log(place.work("m1"), "2026-11-01")
    told = {}
    with Sandbox(place.world) as served:
        for name in ("mara", "nobody"):
            site = {"username": name, "site_url": served.url("letterboxd-site")}
            place.nate["accounts"]["letterboxd"] = site
            place.write()
            told[name] = place.run("doctor")
    assert (told["mara"].code, told["nobody"].code) == (0, 2)
    assert "the feed of nobody cannot be read: is the name right, and the profile public?" in told["nobody"].out
