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
    assert set(told) == KEYS | {"lookups"}  # not in the contract: what was asked of metadata sources, and saved
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
    assert "! Trakt: the app key is wrong, or no longer valid" in ended.out


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


def fifty_views(place):
    for number in range(1, 61):
        place.plex.add(place.work(f"x{number}"))
        place.watch(f"x{number}", at=LONG_AGO + number * DAY)


def test_a_plan_names_no_hold_that_does_not_exist(place):
    fifty_views(place)
    planned, told = place.run("plan"), place.run("plan", "--json").json["held"]
    assert (planned.code, [hold["hold"] for hold in told]) == (3, [None])
    assert "would be held back: trakt history, 60 to add" in planned.out
    assert "h1" not in planned.out
    assert place.run("sync", "--json").json["held"][0]["hold"] == "h1"
    assert "h1 waits: trakt history, 60 to add" in place.run("plan").out


def test_a_sync_that_holds_something_back_says_how_much_and_no_nonsense(place):
    fifty_views(place)
    place.plex.rate("nate", "m1", 8)
    told = place.run("sync").out
    assert told.startswith("nate: 1 change; 60 changes held back")
    assert "60 of 0" not in told
    assert "nothing of this was written" in told
    assert place.run("sync").out.startswith("nate: nothing written; 60 changes held back")
    assert "h1 waits: trakt history, 60 to add" in place.run("status").out


def test_approving_what_does_not_wait_names_what_does(place):
    nothing = place.run("approve", "h7")
    assert (nothing.code, nothing.err) == (2, 'There is no hold "h7". Nothing waits.\n')
    fifty_views(place)
    place.run("sync")
    assert 'There is no hold "h7". Waiting: h1 (trakt history: 60 in one run' in place.run("approve", "h7").err
    place.run("approve", "h1")
    assert place.run("approve", "h1").err == "h1 was approved already. Nothing waits.\n"


def test_a_changed_rating_shows_what_it_was(place):
    place.plex.rate("nate", "m1", 8, at=LONG_AGO)
    place.run("sync")
    place.world.clock.advance(60)
    place.account.rate(place.work("m1"), 3)
    assert "8 -> 3 of 10" in place.run("sync").out


def test_the_same_failure_of_many_requests_is_told_once_and_what_happens_next(place):
    from watchweave.sandbox.faults import Status

    place.world.faults.order(Status(503), "trakt.api", times=-1)
    told = place.run("sync").out
    assert "nate: nothing written; trakt could not be synced whole" in told
    (line,) = [line for line in told.splitlines() if line.startswith("  ! ")]
    assert "The next sync tries again." in line


def test_what_can_never_be_written_is_named_when_it_is_new_and_owed_to_nobody(place):
    from watchweave.sandbox.world import Work

    video = place.world.catalogue.add(Work("h1", "movie", "Grandmother is eighty", None, {}, 24, on_trakt=False))
    place.plex.add(video, names="none")
    place.plex.rate("nate", "h1", 9)
    why = "it has no id that this service knows"
    (refused,) = place.run("plan", "--json").json["refused"]
    assert (refused["account"], refused["shelf"], refused["why"]) == ("trakt", "ratings", why)
    for words in ("plan", "sync"):
        ended = place.run(words)
        assert f"trakt ratings: 1 cannot be written, {why}: Grandmother is eighty" in ended.out
        assert ended.code == 0
    place.watch("m1", at=LONG_AGO)
    for _ in range(3):  # one that writes, one that looks behind its writes, and one that has nothing to do
        assert place.run("sync", "--json").json["refused"] == []
        account = place.run("status", "--json").json["profiles"][0]["accounts"][1]
        assert (account["owed"], account["refused"]) == ({}, 1)
        assert "Grandmother is eighty" in place.run("unmatched").out
    place.watch("h1", at=LONG_AGO)
    told = place.run("sync").out
    assert f"trakt history: 1 cannot be written, {why}: Grandmother is eighty" in told
    assert "trakt ratings" not in told


def test_what_can_never_be_written_is_new_until_a_sync_saw_all_accounts(place):
    place.watch("m2", at=LONG_AGO * 2)
    place.run("plan")
    apps = dict(place.trakt.apps)
    place.trakt.delete_app()
    place.run("sync")
    place.trakt.apps = apps
    assert "its time lies ahead" in place.run("sync").out
    assert "its time lies ahead" not in place.run("sync").out


def test_what_is_to_be_removed_is_not_called_owed(place):
    wishes(place, 20)
    place.run("sync")
    for number in range(1, 13):
        place.plex.unwant("nate", f"x{number}")
    (hold,) = place.run("sync", "--json").json["held"]
    account = place.run("status", "--json").json["profiles"][0]["accounts"][1]
    assert (hold["count"], account["owed"], account["to_remove"]) == (12, {}, {"watchlist": 12})
    assert "12 wishes still to be removed from trakt" in place.run("status").out


def test_a_hold_of_one_moment_says_of_how_many(place):
    for number in range(1, 4):
        place.account.watch(place.work(f"m{number}"), LONG_AGO)
    for number in range(1, 31):
        place.plex.add(place.work(f"x{number}"))
        place.watch(f"x{number}", at=LONG_AGO)
    (hold,) = place.run("sync", "--json").json["held"]
    (waiting,) = place.run("status", "--json").json["profiles"][0]["held"]
    assert (hold["why"], hold["of"], waiting["of"]) == ("30 plays at one and the same moment", 3, 3)


def test_runs_lists_the_newest_first_with_what_they_did(place):
    place.watch("m1", at=LONG_AGO)
    place.run("sync")
    place.run("sync")
    runs = place.run("runs", "--json").json["runs"]
    assert [(run["run"], run["status"], run["changes"]) for run in runs] == [(2, "done", {}), (1, "done", {"done": 1})]
    assert "nate  sync: done, 1 written" in place.run("runs").out


def test_the_folder_and_the_database_are_closed_to_others(place):
    place.folder.chmod(0o755)
    place.run("sync")
    for name, mode in (("", 0o700), ("config.yml", 0o600), ("data/watchweave.db", 0o600), ("secrets.key", 0o600)):
        assert stat.S_IMODE((place.folder / name).stat().st_mode) == mode


def test_what_is_not_shown_of_a_long_list_is_one_option_away(place):
    fifty_views(place)
    for word in ("plan", "sync"):
        assert '      and 40 more; "watchweave plan --all" shows them' in place.run(word).out
    told = place.run("plan", "--all").out
    assert (told.count("    + "), " more" in told) == (60, False)
    place.run("approve", "h1")
    assert "      and 40 more; --all shows them" in place.run("undo", "2", "--dry-run").out
    assert place.run("undo", "2", "--dry-run", "--all").out.count("    - ") == 60


def test_both_directions_at_once_and_half_a_direction_are_answered_in_words(place):
    for words, says in (
        ("plex <-> trakt", 'is two directions. Name one of them, "plex->trakt" or "trakt->plex", or none'),
        ("plex->", 'A direction names two accounts: "plex->ACCOUNT".'),
        ("nate", '"nate" is no account but a profile: "--profile nate".'),
    ):
        ended = place.run("sync", words)
        assert (ended.code, says in ended.err) == (2, True)


def test_a_hold_is_approved_however_its_name_is_written(place):
    fifty_views(place)
    place.run("sync")
    assert place.run("approve", "H1").code == 0


def test_runs_shows_the_newest_or_all_or_those_that_wrote(place):
    place.watch("m1", at=LONG_AGO)
    place.run("sync")
    place.change(
        "WITH RECURSIVE n(i) AS (VALUES (2) UNION ALL SELECT i + 1 FROM n WHERE i < 30)"
        " INSERT INTO run (id, profile, began, ended, status) SELECT i, 1, 1800000000, 1800000000, 'done' FROM n"
    )
    told = place.run("runs").out.splitlines()
    assert (len(told), told[-1]) == (21, "Older ones: --all; only those that wrote something: --written")
    assert len(place.run("runs", "--all").out.splitlines()) == 30
    assert [run["run"] for run in place.run("runs", "--written", "--json").json["runs"]] == [1]
