"""sync, plan, approve, undo and runs: what they do, print and end with."""

import stat

KEYS = {"run", "profile", "dry_run", "status", "requests", "changes", "held", "refused", "problems"}
DAY = 86_400
LONG_AGO = 1_700_000_000


def test_a_sync_brings_a_film_from_one_account_to_the_other(place):
    place.watch("m1", at=LONG_AGO)
    assert place.run("sync").code == 0
    assert place.plays("m1") == 1


def test_the_json_of_a_sync_is_one_object_with_the_keys_of_the_contract(place):
    place.watch("m1", at=LONG_AGO)
    told = place.run("sync", "--json").json
    (change,) = [change for change in told["changes"] if change["shelf"] == "history"]
    assert set(told) == KEYS
    assert (told["profile"], told["dry_run"], told["status"], told["problems"]) == ("nate", False, "done", [])
    assert {name: change[name] for name in ("account", "verb", "value", "why", "outcome")} == {
        "account": "trakt",
        "verb": "add",
        "value": "2023-11-14T22:13:00Z",
        "why": "watched on plex",
        "outcome": "done",
    }
    assert change["media"]["title"] == place.work("m1").title
    assert all(isinstance(value, str) for value in change["media"]["ids"].values())


def test_the_json_counts_the_requests_that_were_really_sent(place):
    told = place.run("sync", "--json").json
    sent = {name: sum(one.host.startswith(name) for one in place.requests) for name in ("plex", "trakt")}
    assert told["requests"] == sent


def test_a_dry_run_says_what_would_be_done_and_does_nothing(place):
    place.watch("m1", at=LONG_AGO)
    told = place.run("sync", "--dry-run", "--json").json
    assert (told["run"], told["dry_run"]) == (None, True)
    assert [change["outcome"] for change in told["changes"]] == ["planned"]
    assert place.world.requests.writes() == []
    assert place.run("runs", "--json").json == {"runs": []}


def test_plan_is_a_dry_run(place):
    place.watch("m1", at=LONG_AGO)
    assert place.run("plan", "--json").json["changes"] == place.run("sync", "--dry-run", "--json").json["changes"]


def test_several_people_are_synced_one_after_another_into_one_object(place):
    place.settings["profiles"]["zoe"] = {"accounts": {"plex": place.nate["accounts"]["plex"]}}
    place.write()
    told = place.run("sync", "--json").json
    assert [person["profile"] for person in told["profiles"]] == ["nate", "zoe"]
    assert place.run("sync", "--json", "--profile", "zoe").json["profile"] == "zoe"


def test_who_does_not_have_the_named_account_is_left_out(place):
    place.settings["profiles"]["zoe"] = {"accounts": {"plex": place.nate["accounts"]["plex"]}}
    place.write()
    assert [person["profile"] for person in place.run("sync", "trakt", "--json").json["profiles"]] == ["nate"]


def test_only_the_named_shelf_is_synced(place):
    place.watch("m1", at=LONG_AGO)
    place.plex.rate("nate", "m2", 8)
    changes = place.run("sync", "--shelf", "ratings", "--json").json["changes"]
    assert [(change["shelf"], change["value"]) for change in changes] == [("ratings", 8)]


def test_a_sync_tells_a_person_what_changed_in_their_own_time(place):
    place.watch("m1", at=LONG_AGO)
    told = place.run("sync").out
    assert "trakt history: 1 added" in told
    assert f"+ {place.work('m1').title} ({place.work('m1').year})" in told
    assert "14 Nov 2023 23:13  watched on plex" in told  # Vienna is an hour ahead of UTC


def test_a_sync_with_nothing_to_do_says_so(place):
    place.run("sync")
    assert "nate: nothing to do" in place.run("sync").out


def test_one_account_that_is_down_ends_with_4_and_says_which(place):
    place.trakt.delete_app()
    ended = place.run("sync")
    assert ended.code == 4
    assert "! Trakt: the app key (client_id) is no longer valid" in ended.out


def test_no_account_at_all_ends_with_4_and_failed(place):
    place.trakt.delete_app()
    place.nate["accounts"]["plex"]["token"] = "worn"
    place.write()
    ended = place.run("sync", "--json")
    assert (ended.code, ended.json["status"]) == (4, "failed")


def test_html_from_a_service_is_a_problem_and_no_crash(place):
    from watchweave.sandbox.faults import Html

    place.world.faults.order(Html(), "trakt.api", times=-1)
    ended = place.run("sync", "--json")
    assert ended.code == 4
    assert {problem["account"] for problem in ended.json["problems"]} == {"trakt"}
    assert "Traceback" not in ended.err


def wishes(place, count):
    for uid in [f"x{number}" for number in range(1, count + 1)]:
        place.plex.want("nate", uid, at=LONG_AGO)


def test_a_hold_ends_with_3_and_is_carried_out_by_approve(place):
    wishes(place, 20)
    assert place.run("sync").code == 0
    for number in range(1, 13):
        place.plex.unwant("nate", f"x{number}")
    held = place.run("sync", "--json")
    (hold,) = held.json["held"]
    assert (held.code, hold["account"], hold["verb"], hold["count"], hold["of"]) == (3, "trakt", "remove", 12, 20)
    assert len(place.account.watchlist) == 20
    assert "watchweave approve" in place.run("plan").out
    approved = place.run("approve", hold["hold"])
    assert (approved.code, len(place.account.watchlist)) == (0, 8)


def test_approving_what_does_not_wait_names_what_does(place):
    ended = place.run("approve", "h7")
    assert ended.code == 2
    assert 'No hold "h7" waits' in ended.err


def test_undo_takes_back_what_a_run_wrote_and_names_it_first(place):
    place.watch("m1", at=LONG_AGO)
    run = place.run("sync", "--json").json["run"]
    planned = place.run("undo", str(run), "--dry-run")
    assert (planned.code, place.plays("m1")) == (0, 1)
    assert f"- {place.work('m1').title}" in planned.out
    assert (place.run("undo", str(run)).code, place.plays("m1")) == (0, 0)


def test_undo_of_a_run_that_wrote_nothing_says_so(place):
    run = place.run("sync", "--json").json["run"]
    ended = place.run("undo", str(run))
    assert ended.code == 0
    assert "Nothing of it can be taken back" in ended.out


def test_runs_lists_the_newest_first_with_what_they_did(place):
    place.watch("m1", at=LONG_AGO)
    place.run("sync")
    place.run("sync")
    runs = place.run("runs", "--json").json["runs"]
    assert [(run["run"], run["status"], run["changes"]) for run in runs] == [(2, "done", {}), (1, "done", {"done": 1})]
    assert "nate  sync: done, 1 done" in place.run("runs").out


def test_the_folder_and_the_database_are_closed_to_others(place):
    place.folder.chmod(0o755)
    place.run("sync")
    for name, mode in (("", 0o700), ("config.yml", 0o600), ("data/watchweave.db", 0o600), ("secrets.key", 0o600)):
        assert stat.S_IMODE((place.folder / name).stat().st_mode) == mode
