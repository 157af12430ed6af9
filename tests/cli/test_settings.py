"""What a person writes into config.yml or the environment, and what the program makes of it."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest

from watchweave.errors import ConfigError
from watchweave.settings import Offer, configuration_folder, every, load, make_private, parse_direction

SERVICES = {
    "plex": Offer(
        frozenset({"url", "token", "user", "libraries", "check_certificate", "discover_url"}),
        frozenset({"url", "discover_url"}),
        frozenset({"history", "ratings"}),
        frozenset({"token", "user"}),
        frozenset({"token"}),
    ),
    "trakt": Offer(frozenset({"url", "client_id", "client_secret", "access_token", "refresh_token", "expires_at"})),
    "letterboxd": Offer(frozenset({"url", "user"})),
}

WHOLE = """
profiles:
  nate:
    timezone: America/New_York
    accounts:
      plex:
        url: http://192.168.1.10:32400   # the one in the cellar
        token: 0123
        libraries: [Movies, TV Shows]
      trakt:
        client_id: xxxx
        expires_at: 1794312000
      attic:
        service: plex
        url: http://192.168.1.11:32400
        token: no
    sync:
      - plex <-> trakt
      - plex -> attic, trakt
    shelves: [history, ratings]
    rules: {ratings: trakt, watched_leaves_watchlist: true}
    limits: {plays_added: 500, removals: 30%}
    titles: ask
every: 2h
metadata: {tmdb: {api_key: k}}
"""

SMALL = "profiles:\n  nate:\n    accounts:\n      plex:\n      trakt:\n"


def read(folder: Path, text: str, **environment: str):
    (folder / "config.yml").write_text(text)
    return load(folder, SERVICES, environment)


def complaint(folder: Path, text: str, **environment: str) -> str:
    with pytest.raises(ConfigError) as caught:
        read(folder, text, **environment)
    return str(caught.value)


def account_faults(folder: Path, *options: str) -> list[str]:
    """What is said of these lines below the account at Plex."""
    lines = "".join(f"        {option}\n" for option in options)
    return read(folder, SMALL.replace("      trakt:", f"{lines}      trakt:")).faults()


def test_the_whole_example_is_understood(tmp_path: Path) -> None:
    settings = read(tmp_path, WHOLE)
    (nate,) = settings.profiles
    assert (nate.name, nate.timezone, nate.titles) == ("nate", "America/New_York", "ask")
    assert [(account.name, account.service) for account in nate.accounts] == [
        ("plex", "plex"),
        ("trakt", "trakt"),
        ("attic", "plex"),
    ]
    assert nate.directions == (("plex", "trakt"), ("trakt", "plex"), ("plex", "attic"))
    assert nate.shelves == ("history", "ratings")
    assert (nate.rules.ratings, nate.rules.watched_leaves_watchlist, nate.rules.removed_plays) == (
        "trakt",
        True,
        "keep",
    )
    assert settings.every.seconds == 7200
    assert settings.metadata == {"tmdb": {"api_key": "k"}}


def test_values_stay_as_they_were_written(tmp_path: Path) -> None:
    plex, trakt, attic = read(tmp_path, WHOLE).profiles[0].accounts
    assert plex.options == {"url": "http://192.168.1.10:32400", "token": "0123", "libraries": ("Movies", "TV Shows")}
    assert trakt.options["expires_at"] == "1794312000"
    assert attic.options["token"] == "no"


def test_little_is_needed(tmp_path: Path) -> None:
    settings = read(tmp_path, SMALL)
    (nate,) = settings.profiles
    assert nate.timezone == "UTC"
    assert set(nate.directions) == {("plex", "trakt"), ("trakt", "plex")}
    assert nate.shelves is None
    assert (nate.rules.ratings, nate.rules.reviews, nate.rules.removed_plays) == ("newest", "ask", "keep")
    assert (settings.every.seconds, settings.log_level) == (1800, "info")


def test_the_time_zone_of_the_machine_is_the_default(tmp_path: Path) -> None:
    assert read(tmp_path, SMALL, TZ="Europe/Paris").profiles[0].timezone == "Europe/Paris"


@pytest.mark.parametrize(
    ("text", "line", "says"),
    [
        ("profile: {}", 1, "profile is no setting. Did you mean profiles?"),
        ("profiles:\n  nate:\n    acounts: {}", 3, "acounts is no setting of profiles.nate. Did you mean accounts?"),
        (
            SMALL + "        clientid: x",
            6,
            "clientid is no setting of profiles.nate.accounts.trakt. Did you mean client_id?",
        ),
        (SMALL + "      attic: {service: plx}", 6, "there is no service plx. Did you mean plex?"),
        (SMALL + "      newest: {service: plex}", 6, "newest is the name of a rule"),
        (SMALL + "    timezone: America/New_Yorc", 6, "Did you mean America/New_York?"),
        (SMALL + "    sync: [plex -> trakd]", 6, "'trakd', and there is no such account. Did you mean trakt?"),
        (SMALL + "    sync:\n      - plex - trakt", 7, "is no direction"),
        (SMALL + "    sync: [plex <-> plex]", 6, "lets an account hear itself"),
        (SMALL + "    shelves: [histori]", 6, "has a shelf histori. Did you mean history?"),
        (
            SMALL + "    shelves: [lists]",
            6,
            "no account of profiles.nate has a shelf lists. There is: history, ratings.",
        ),
        (SMALL + "    shelves: [watched]", 6, "no account of profiles.nate has a shelf watched."),
        (SMALL + "    sync: []", 6, "nobody would hear anybody. Leave it out for everybody to hear everybody, or say"),
        (SMALL + "    sync: ''", 6, "who hears whom: `[plex -> trakt]`."),
        (SMALL + "    rules: {ratings: newst}", 6, "ratings cannot be 'newst'. Did you mean newest?"),
        (SMALL + "    rules: {removed_plays: newest}", 6, "removed_plays cannot be 'newest'"),
        (SMALL + "    limits: {plays_added: 49}", 6, "plays_added can only be raised. It must be at least 50."),
        (SMALL + "    limits: {plays_added: 9%}", 6, "plays_added can only be raised. It must be at least 10 %"),
        (SMALL + "    limits: {plays_added: off}", 6, "must be a whole number or a percentage"),
        (SMALL + "    limits: {plays_aded: 90}", 6, "Did you mean plays_added?"),
        (SMALL + "    titles: fuzzy", 6, "titles cannot be 'fuzzy'"),
        (SMALL + "every: 30", 6, "is neither a time like 30m"),
        (SMALL + "every: 5s", 6, "too often"),
        (SMALL + "every: 61 * * * *", 6, "no minute"),
        (SMALL + "log_level: loud", 6, "log_level cannot be 'loud'"),
        (SMALL + "metadata: {tmbd: {}}", 6, "Did you mean tmdb?"),
        (SMALL + "    shelves: {a: b}", 6, "shelves must be a list"),
        (SMALL + "every: 1h\nevery: 2h", 7, "every stands here twice (first: config.yml, line 6)"),
        ("profiles:\n  nate: {accounts: {}}", 2, "profiles.nate has no accounts"),
        ("profiles: [a]", 1, "profiles must be names and values, `name: value` on each line, no dashes."),
        ("a: [", 1, "no valid YAML"),
        ("a: &x [*x]", 1, "anchors (&) and aliases (*)"),
    ],
)
def test_a_fault_names_its_line_and_what_to_write(tmp_path: Path, text: str, line: int, says: str) -> None:
    said = complaint(tmp_path, text)
    assert said.startswith(f"config.yml, line {line}: ")
    assert says in said


@pytest.mark.parametrize(
    ("option", "says"),
    [
        (
            "url: ftp://x",
            "url of profiles.nate.accounts.plex must be an address like https://host or http://host:port.",
        ),
        ("url: http://nate:pw@host", "must be an address like https://host or http://host:port. No name or password"),
        ("url: http://host:99999", "must be an address"),
        ("url: http://[::1", "must be an address"),
        ("discover_url: http://", "discover_url of profiles.nate.accounts.plex must be an address"),
        ("token: {a: b}", "token of profiles.nate.accounts.plex must be a single value."),
        ("token: [a]", "token of profiles.nate.accounts.plex must be a single value."),
        ("token: 'abc '", "token of profiles.nate.accounts.plex begins or ends with a space."),
        ("token: “abc”", "has a character that no token has, perhaps a curly quote."),
        ("check_certificate: maybe", "check_certificate of profiles.nate.accounts.plex must be yes or no."),
    ],
)
def test_a_wrong_option_names_its_account_and_line_and_leaves_the_others_alone(
    tmp_path: Path, option: str, says: str
) -> None:
    (said,) = account_faults(tmp_path, "# its own", option)
    assert said.startswith("config.yml, line 6: ")
    assert says in said
    settings = load(tmp_path, SERVICES, {})
    assert (settings.faults("trakt"), settings.faults("plex")) == ([], [said])


@pytest.mark.parametrize("option", ["url: https://host/plex", "user: zoë", "check_certificate: No", "libraries: [a]"])
def test_a_right_option_is_no_fault(tmp_path: Path, option: str) -> None:
    assert account_faults(tmp_path, option) == []


def test_a_fault_never_shows_a_secret(tmp_path: Path) -> None:
    for broken in ("token: [s3cret", "token: 's3cret\n\tx: ["):
        assert "s3cret" not in complaint(tmp_path, SMALL.replace("      trakt:", f"        {broken}\n      trakt:"))
    for broken in (
        "token: {s3cret: s3cret}",
        "url: s3cret://x",
        "url: [s3cret]",
        "url: http://a:s3cret@b",
        "token: ' s3cret'",
    ):
        (said,) = account_faults(tmp_path, broken)
        assert "s3cret" not in said


def test_a_file_that_is_not_in_utf_8_is_said_so_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "config.yml").write_bytes(SMALL.encode() + b"    titles: \xe9xact\n")
    with pytest.raises(ConfigError, match=r"config\.yml, line 6: this is not in UTF-8\. Save"):
        load(tmp_path, SERVICES, {})
    (tmp_path / "config.yml").write_bytes(b"\xef\xbb\xbf" + SMALL.encode())
    assert load(tmp_path, SERVICES, {}).profiles[0].name == "nate"


def test_a_file_in_place_of_the_folder_and_another_ending_are_recognised(tmp_path: Path) -> None:
    (tmp_path / "config.yaml").write_text(SMALL)
    with pytest.raises(ConfigError, match=r"config\.yaml is not read\. Call it config\.yml\."):
        load(tmp_path, SERVICES, {})
    read(tmp_path, SMALL)
    with pytest.raises(ConfigError, match=f"config.yml is a file. The folder in which it stands is meant: {tmp_path}"):
        load(tmp_path / "config.yml", SERVICES, {})


def test_settings_that_are_printed_hold_no_secret(tmp_path: Path) -> None:
    assert "0123" not in repr(read(tmp_path, WHOLE)) + repr(read(tmp_path, WHOLE).profiles)


@pytest.mark.parametrize("text", ["", "# nothing yet\n", "profiles:\n", "profiles: {}"])
def test_without_any_account_a_person_is_told_what_to_write(tmp_path: Path, text: str) -> None:
    said = complaint(tmp_path, text)
    assert str(tmp_path / "config.yml") in said
    assert "accounts:" in said
    assert "watchweave demo" in said


def test_a_missing_file_is_told_the_same(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="watchweave demo"):
        load(tmp_path, SERVICES, {})


def test_raising_a_limit_raises_its_day_too_and_leaves_the_others(tmp_path: Path) -> None:
    usual, raised = read(tmp_path, SMALL).profiles[0].limits, read(tmp_path, WHOLE).profiles[0].limits
    assert (raised["plays_added"].most, raised["plays_added"].most_a_day) == (500, 1000)
    assert (raised["removals"].share, raised["removals"].share_a_day, raised["removals"].most) == (30, 60, 5)
    assert raised["ratings_changed"] == usual["ratings_changed"]


def test_every_setting_can_come_from_the_environment(tmp_path: Path) -> None:
    settings = read(
        tmp_path,
        "",
        WATCHWEAVE__PROFILES__NATE__ACCOUNTS__TRAKT__CLIENT_ID="abc",
        WATCHWEAVE__PROFILES__NATE__ACCOUNTS__PLEX__LIBRARIES="[Movies, TV Shows]",
        WATCHWEAVE__PROFILES__NATE__SYNC="plex -> trakt",
        WATCHWEAVE__PROFILES__NATE__SHELVES="history, ratings",
        WATCHWEAVE__PROFILES__NATE__RULES__RATINGS="highest",
        WATCHWEAVE__PROFILES__NATE__TIMEZONE="Europe/Paris",
        WATCHWEAVE__PROFILES__NATE__LIMITS__REMOVALS="9",
        WATCHWEAVE__PROFILES__NATE__TITLES="ask",
        WATCHWEAVE__METADATA__OMDB__API_KEY="k",
        WATCHWEAVE__EVERY="1d",
        WATCHWEAVE__LOG_LEVEL="DEBUG",
    )
    (nate,) = settings.profiles
    assert {account.name: account.options for account in nate.accounts} == {
        "trakt": {"client_id": "abc"},
        "plex": {"libraries": ("Movies", "TV Shows")},
    }
    assert (nate.directions, nate.shelves, nate.rules.ratings) == (
        (("plex", "trakt"),),
        ("history", "ratings"),
        "highest",
    )
    assert (nate.timezone, nate.limits["removals"].most, nate.titles) == ("Europe/Paris", 9, "ask")
    assert (settings.metadata, settings.every.text, settings.log_level) == ({"omdb": {"api_key": "k"}}, "1d", "debug")


def test_the_environment_wins_over_the_file_whatever_the_case_of_a_name(tmp_path: Path) -> None:
    text = SMALL.replace("nate", "Nate").replace("      trakt:", "      my-trakt: {service: trakt, client_id: old}")
    (profile,) = read(tmp_path, text, WATCHWEAVE__PROFILES__NATE__ACCOUNTS__MY_TRAKT__CLIENT_ID="new").profiles
    assert profile.name == "Nate"
    assert [account.options.get("client_id") for account in profile.accounts] == [None, "new"]


def test_a_secret_can_come_from_a_file(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("s3cret\n")
    variable = "WATCHWEAVE__PROFILES__NATE__ACCOUNTS__PLEX__TOKEN_FILE"
    assert read(tmp_path, SMALL, **{variable: str(secret)}).profiles[0].accounts[0].options == {"token": "s3cret"}
    assert variable in complaint(tmp_path, SMALL, **{variable: str(tmp_path / "none")})


def test_an_unknown_name_in_the_environment_is_named(tmp_path: Path) -> None:
    said = complaint(tmp_path, SMALL, WATCHWEAVE__EVRY="1h")
    assert said == "WATCHWEAVE__EVRY: evry is no setting. Did you mean every?"


FIRST_RELEASE = {
    "PLEX_SERVER_URL": "http://192.168.1.10:32400",
    "PLEX_TOKEN": "t",
    "PLEX_USERNAME": "nate",
    "TRAKT_CLIENT_ID": "i",
    "TRAKT_CLIENT_SECRET": "s",
    "TRAKT_ACCESS_TOKEN": "a",
    "TRAKT_REFRESH_TOKEN": "r",
    "SYNC_INTERVAL_MINUTES": "15",
    "SYNC_DIRECTION": "plex_to_trakt",
    "LOG_LEVEL": "WARNING",
    "TZ": "Europe/Paris",
    "TVDB_PIN": "p",
}


def test_the_names_of_the_first_release_make_one_profile(tmp_path: Path) -> None:
    settings = load(tmp_path, SERVICES, FIRST_RELEASE)
    (profile,) = settings.profiles
    plex, trakt = profile.accounts
    assert (profile.name, profile.timezone, profile.directions) == ("default", "Europe/Paris", (("plex", "trakt"),))
    assert plex.options == {"url": "http://192.168.1.10:32400", "token": "t", "user": "nate"}
    assert trakt.options == {"client_id": "i", "client_secret": "s", "access_token": "a", "refresh_token": "r"}
    assert (settings.every.seconds, settings.log_level, settings.metadata) == (900, "warning", {"tvdb": {"pin": "p"}})


def test_the_names_of_the_first_release_leave_a_configured_profile_alone(tmp_path: Path) -> None:
    settings = read(tmp_path, SMALL + "every: 2h", **FIRST_RELEASE)
    (nate,) = settings.profiles
    assert [account.options for account in nate.accounts] == [{}, {}]
    assert settings.every.seconds == 7200


def test_a_direction_speaks_of_accounts_by_name() -> None:
    accounts = ["plex", "trakt", "letterboxd"]
    assert parse_direction("plex->trakt,letterboxd", accounts) == [("plex", "trakt"), ("plex", "letterboxd")]
    assert parse_direction(" plex <-> trakt ", accounts) == [("plex", "trakt"), ("trakt", "plex")]


@pytest.mark.parametrize(
    ("text", "due", "not_due"),
    [
        ("0 */6 * * *", datetime(2026, 11, 22, 18, 0, tzinfo=UTC), datetime(2026, 11, 22, 17, 0, tzinfo=UTC)),
        ("30 8-10 * * mon-fri", datetime(2026, 11, 23, 9, 30, tzinfo=UTC), datetime(2026, 11, 22, 9, 30, tzinfo=UTC)),
        ("0 0 * * 7", datetime(2026, 11, 22, 0, 0, tzinfo=UTC), datetime(2026, 11, 23, 0, 0, tzinfo=UTC)),
        ("0 0 1 * mon", datetime(2026, 11, 1, 0, 0, tzinfo=UTC), datetime(2026, 11, 22, 0, 0, tzinfo=UTC)),
        ("0 0 1 jan *", datetime(2026, 1, 1, 0, 0, tzinfo=UTC), datetime(2026, 2, 1, 0, 0, tzinfo=UTC)),
    ],
)
def test_a_cron_expression_is_due_as_in_every_cron(text: str, due: datetime, not_due: datetime) -> None:
    schedule = every.parse(text)
    assert schedule.matches(due)
    assert not schedule.matches(not_due)


@pytest.mark.parametrize(
    "text", ["*/0 * * * *", "5-1 * * * *", "* * * *", "* * 0 * *", "* * * * funday", "a * * * *", "1//2 * * * *"]
)
def test_a_cron_expression_that_means_nothing_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"\w"):
        every.parse(text)


def test_the_configuration_folder_is_the_first_that_is_named(tmp_path: Path) -> None:
    there, missing = tmp_path / "config", tmp_path / "none"
    there.mkdir()
    assert configuration_folder("/a", {"WATCHWEAVE_CONFIG": "/b"}, there) == Path("/a")
    assert configuration_folder(None, {"WATCHWEAVE_CONFIG": "/b"}, there) == Path("/b")
    assert configuration_folder(None, {}, there) == there
    assert configuration_folder(None, {}, missing).name == "watchweave"


def test_loose_modes_are_repaired_and_new_files_are_private(tmp_path: Path) -> None:
    folder = tmp_path / "config"
    (folder / "data").mkdir(parents=True)
    files = [folder / name for name in ("config.yml", "secrets.key", "data/watchweave.db", "data/watchweave.db-wal")]
    for file in files:
        file.touch()
        file.chmod(0o644)
    before = os.umask(0o022)
    try:
        assert make_private(folder) == []
        (folder / "new").touch()
    finally:
        os.umask(before)
    assert [stat.S_IMODE(path.stat().st_mode) for path in (folder, folder / "data")] == [0o700, 0o700]
    assert {stat.S_IMODE(path.stat().st_mode) for path in (*files, folder / "new")} == {0o600}


def test_a_file_that_cannot_be_closed_is_warned_about(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    tmp_path.chmod(0o755)
    monkeypatch.setattr(os, "umask", lambda mask: 0)
    monkeypatch.setattr(Path, "chmod", refuse)
    (warning,) = make_private(tmp_path)
    assert str(tmp_path) in warning
    assert "700" in warning


def test_naming_the_settings_room_loads_nothing_slow() -> None:
    program = "import sys, watchweave.settings; print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True).stdout.split()
    assert "watchweave.settings" in loaded
    assert not {"ruamel.yaml", "platformdirs", "zoneinfo", "cryptography", "httpx2", "asyncio", "rich"}.intersection(
        loaded
    )


def test_settings_that_are_nested_without_end_are_refused(tmp_path: Path) -> None:
    for deep in ("profiles: " + "[" * 300 + "]" * 300, "{a: " * 900 + "}" * 900):
        assert "config.yml" in complaint(tmp_path, deep)


def test_a_fault_does_not_repeat_a_whole_page(tmp_path: Path) -> None:
    text = f"profiles: {{me: {{timezone: {'x' * 100_000}, accounts: {{plex: {{}}}}}}}}"
    assert len(complaint(tmp_path, text)) < 500


def test_a_direction_of_the_first_release_that_means_nothing_names_the_words_that_do(tmp_path: Path) -> None:
    told = complaint(tmp_path, "", PLEX_TOKEN="x", TRAKT_CLIENT_ID="y", SYNC_DIRECTION="sideways")
    assert "one of both, bidirectional, plex_to_trakt, trakt_to_plex, or `A -> B`" in told


def test_what_a_service_made_up_has_no_curly_quotes(tmp_path):
    """The id of an app is no secret, and copied as a token is."""
    from watchweave.app import read_settings

    (tmp_path / "config.yml").write_text("profiles: {nate: {accounts: {trakt: {client_id: “abc”}}}}", encoding="utf-8")
    (fault,) = read_settings(tmp_path).faults()
    assert "client_id of profiles.nate.accounts.trakt has a character that no token has" in fault
