"""Writes the reference pages from the code; with `--check`, says which are out of date and which links lead nowhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from watchweave.cli.program import COMMANDS, loaded
from watchweave.core.plan import LIMITS
from watchweave.services.base import Service
from watchweave.services.registry import names, service
from watchweave.settings import defaults, table

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
HEADER = 2
"""Lines of a table above its rows."""
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]*)(?:#[^)\s]*)?\)")


def pages() -> dict[Path, str]:
    """Every generated page, by where it belongs."""
    reference = DOCS / "reference"
    return {reference / "settings.md": settings_page(), reference / "commands.md": commands_page()}


def settings_page() -> str:
    """All settings of `config.yml` and their variables."""
    limits = [
        table.Setting(name, "number or percentage", default(name), f"The {table.LIMIT_HELP[name]} without asking.")
        for name in LIMITS
    ]
    sections = [
        ("Top level", "", "", table.TOP),
        ("A profile", "Below `profiles:`, by the person's name.", "PROFILES__NAME__", table.PROFILE),
        (
            "An account",
            "Below `accounts:`, by the account's name. What else may stand here depends on the service: see below.",
            "PROFILES__NAME__ACCOUNTS__NAME__",
            table.ACCOUNT,
        ),
        (
            "Rules",
            "Below `rules:`. Where an account may stand, it comes first, and the newest counts if it says nothing.",
            "PROFILES__NAME__RULES__",
            table.RULES,
        ),
        (
            "Limits",
            "Below `limits:`. A plan that does more waits for you. A number or a percentage of what the account has, "
            "whichever is more, counts. Limits can be raised, not lowered; those for one day rise with them.",
            "PROFILES__NAME__LIMITS__",
            limits,
        ),
        *(account_section(service(name)) for name in names()),
        *(
            (f"Metadata: {name}", f"Below `metadata:`, `{name}:`.", f"METADATA__{name.upper()}__", settings)
            for name, settings in defaults.METADATA.items()
        ),
    ]
    return "\n\n".join([INTRODUCTION, *(section(*part) for part in sections), FIRST_RELEASE, variables()]) + "\n"


Part = tuple[str, str, str, Iterable[table.Setting]]


def account_section(kind: type[Service]) -> Part:
    """What an account at this service may say."""
    found = [
        table.Setting(one.name, "secret" if one.secret else "text", "", one.help or one.title)
        for one in (*kind.sign_in, *kind.settings)
    ]
    found += [
        table.Setting(name, "address", base, "Another address of the service; seldom needed.")
        for name, base in kind.hosts.items()
    ]
    text = f"Below the account, beside `service` and `url`. `watchweave login` fills in what a sign-in at {kind.title} gives."
    if not found:
        text = f"Nothing of its own: `{kind.name}: {{}}` says it all, with `service` below it under another name."
    return f"An account at {kind.title}", text, "PROFILES__NAME__ACCOUNTS__NAME__", found


INTRODUCTION = """\
# Settings

<!-- Written by `make docs` from src/watchweave/settings; changes made here are lost. -->

Settings stand in `config.yml` in the configuration folder: the one that `--config` names, else the one in
`WATCHWEAVE_CONFIG`, else `/config` if there is such a folder, else the usual place of your system.
Every setting can come from an environment variable too, which then wins over the file.
In the names of the variables below, `NAME` is the name of your profile or account.
A list is written `[one, two]`, several directions are parted by `;`. A variable that ends in `_FILE` names a file with
the value, so that no secret stands in the environment itself."""

FIRST_RELEASE = """\
## Names of the first release

These variables make one profile called `default`, if no profile is configured otherwise. Secrets may come from files,
with `_FILE` at the end."""


def default(limit: str) -> str:
    most, share = LIMITS[limit].most, LIMITS[limit].share
    return f"{most} or {share} %" if share else str(most)


def section(title: str, text: str, prefix: str, settings: Iterable[table.Setting]) -> str:
    """One table of settings, if there are any."""
    rows = ["| key | what | default | meaning |", "| --- | --- | --- | --- |"]
    for setting in settings:
        kind = " \\| ".join(f"`{word}`" for word in setting.choices) or setting.kind
        kind += " or an account" if setting.kind == "rule" else ""
        rows.append(f"| `{setting.name}` | {kind} | {setting.default or '–'} | {setting.help} |")
    variable = f"Variables: `WATCHWEAVE__{prefix}` and the key in capitals."
    told = [variable, "\n".join(rows)] if len(rows) > HEADER else []
    return "\n\n".join(filter(None, [f"## {title}", text, *told]))


def variables() -> str:
    """The flat names, and what each sets."""
    rows = ["| variable | sets |", "| --- | --- |"]
    rows += [
        f"| `{name}` | `{option}` of {service} |" for name, (service, option) in defaults.ACCOUNT_VARIABLES.items()
    ]
    rows += [f"| `{name}` | `{'.'.join(path)}` |" for name, path in defaults.SOURCE_VARIABLES.items()]
    directions = ", ".join(f"`{word}`" for word in defaults.SYNC_DIRECTIONS)
    rows += [
        "| `SYNC_INTERVAL_MINUTES` | `every`, in minutes |",
        f"| `SYNC_DIRECTION` | `sync`: a direction, or one of {directions} |",
        "| `LOG_LEVEL` | `log_level` |",
        "| `TZ` | `timezone`, where a profile says none |",
    ]
    return "\n".join(rows)


def commands_page() -> str:
    """All commands with their arguments and options, exit codes, and what `--json` prints."""
    commands = [(name, loaded(name)) for name in COMMANDS]
    parts = [f"`{name}`" for name in COMMANDS]
    told = [COMMANDS_INTRODUCTION.replace("COMMANDS", ", ".join(parts))]
    for name, command in commands:
        told += [
            command_section(f"{name} {inner}", one) for inner, one in getattr(command, "commands", {}).items()
        ] or [command_section(name, command)]
    return "\n\n".join([*told, COMMANDS_JSON.strip()]) + "\n"


def command_section(name: str, command: Any) -> str:
    """One command: how it is called, what it does, what it takes."""
    taken = [one for one in command.params if one.name != "help"]
    words = [one.metavar if one.required else f"[{one.metavar}]" for one in taken if one.param_type_name == "argument"]
    usage = " ".join(["watchweave", name, *words, *(["[OPTIONS]"] if len(words) < len(taken) else [])])
    rows = []
    for one in taken:
        called = one.metavar if one.param_type_name == "argument" else " ".join([*one.opts, one.metavar or ""]).strip()
        rows.append(f"| `{called}` | {one.help} |")
    table = "\n".join(["| takes | meaning |", "| --- | --- |", *rows]) if rows else ""
    return "\n\n".join(filter(None, [f"## {name}", f"`{usage}`", command.help.strip(), table]))


COMMANDS_INTRODUCTION = """\
# Commands

<!-- Written by `make docs` from src/watchweave/cli; changes made here are lost. -->

COMMANDS. Each says more with `--help`.

Every command takes `--config DIR` (the configuration folder, see [settings](settings.md)) and `-v` (log everything to
stderr). Logs and errors go to stderr, answers to stdout; progress is shown on a terminal only. Times are shown in the
profile's timezone, in JSON in UTC. `NO_COLOR` is obeyed.

## Exit codes

| code | means |
| --- | --- |
| 0 | done |
| 1 | a fault of ours, or the database cannot be used: another command writes, the disk is full |
| 2 | a setting, or how the command was called |
| 3 | a safety check holds something back until you approve it; nothing dangerous was written |
| 4 | done in part: an account failed, the others went on; or no account could be synced |
| 130 | interrupted; what was done is saved |

If several hold, the first of 2, 130, 1, 4, 3, 0 counts. Records that a service refuses change nothing here, and neither
do writes whose outcome the next reading decides. A dry run ends with the same codes. `approve` and `undo` end with 0 if
their own list was done, `doctor` with 0 unless something prevents a sync, then with 2.

`undo` asks before it writes, on a terminal and without `--yes`; a no ends with 130, and nothing was done.

The first Ctrl-C, or SIGTERM, begins nothing new and ends what is under way; the second ends at once. A second command
that writes waits up to a minute for the first, then ends with 1 and names it. Commands that only read never wait.

`match` takes what `unmatched` lists, by its title or its name there (m12), and says what it is: an id, the number of a
proposal, or `none`, if nobody is to be told of it. `forget` takes back what was settled, by a person or by its title: the
thing stands for itself again and is listed, what was called the same or apart contradicts itself again, and what was written
meanwhile is `undo`'s. A number (m12) leads to what the thing has become, and is never given to another. A person's word is
never overruled by a title.

`import` knows files by what is in them, not by their names; of two that belong together, the other is looked for beside
the one that is named. An import replaces the one before, or changes nothing. A file that nobody knows
ends with 2, and then nothing is imported.

The dashboard is not there yet."""

COMMANDS_JSON = """
## What `--json` prints

One object on stdout, and nothing else there. Ids are text; times are ISO 8601 in UTC with `Z`, or null if unknown.

`sync` and `plan`: one object as below; with several people `{"profiles": [ … ]}`, one such object each.

```json
{"run": 12, "profile": "nate", "dry_run": false, "status": "done|partial|held|failed",
 "requests": {"plex": 4, "trakt": 1},
 "changes": [{"account": "trakt", "shelf": "history", "verb": "add|change|remove",
              "media": {"kind": "movie", "title": "Heat", "year": 1995, "ids": {"imdb": "tt0113277", "tmdb": "949"}},
              "value": "2026-11-01T20:05:00Z", "why": "watched on plex",
              "outcome": "planned|done|held|refused|failed|pending", "reason": "only where there is one"}],
 "held": [{"hold": "h7", "account": "trakt", "shelf": "watchlist", "verb": "remove", "count": 51, "of": 60, "why": "…"}],
 "refused": [{"account": "trakt", "shelf": "history", "media": {}, "why": "…"}],
 "problems": [{"account": "plex", "kind": "unavailable|sign_in_needed|rate_limited|incomplete|unexpected_answer",
               "message": "…"}]}
```

`run` is null in a dry run, and so is `hold` where the dry run found it: it keeps none that could be approved. `refused`
names both what a service did not take and, the first time only, what could not even be asked for, because it has no id
that the service knows or a time that cannot be right; `unmatched` names it always. `of` counts the records that the
account has there. `value` is of a play its time, or null (unknown, or only a mark); of a rating a number from 1
to 10 with at most one decimal; else null. An episode also has `show`, `season` and `number`. `pending` is a write of this
or an earlier run whose outcome a reading will decide.

`status`:

```json
{"profiles": [{"profile": "nate",
  "accounts": [{"account": "trakt", "service": "trakt", "person": "Nate", "state": "new|ready|sign_in_needed|…",
                "message": null, "expires_at": "2026-11-23T16:14:00Z", "wait_until": null,
                "looked": "2026-11-22T16:14:55Z", "owed": {"history": 3}, "to_remove": {}, "by_hand": {}, "by_hand_of": [],
                "unread": [],
                "handed_in": [],
                "pending": 0, "refused": 1,
                "carried": [{"file": "outbox/letterboxd-nate-12-1of1.csv", "count": 4, "there": true, "to_do": "…"}]}],
  "last_run": {}, "held": []}]}
```

`last_run` is one of the objects of `runs`, or null; `held` is as in `sync`, and `check` names the safety
check. `owed` counts the records that the account should show and does not yet, `to_remove` those that it should lose,
`by_hand` how many of these only you can remove there, because that cannot be done from here, `by_hand_of` what these are;
`unread` names the shelves of which no file was handed in yet, so that nobody knows what is owed to them;
`handed_in` those whose file the next sync is the first to read;
`carried` are the files that a person is to carry there, with the changes in them that no reading has shown yet and what to do;
`refused` counts those that cannot be written there, which `unmatched` names;
`state` is one of the kinds of problems, or `ready`, or `new` before the first sync. `sign_in_needed` is also the state of
an account where nobody has signed in; `message` then says how.

`runs`:

```json
{"runs": [{"run": 12, "profile": "nate", "began": "…", "ended": "…", "why": "sync", "status": "done|…|interrupted",
           "requests": {"plex": 4, "trakt": 1}, "changes": {"done": 3, "refused": 1}, "undone_by": null}]}
```

`unmatched`:

```json
{"unmatched": [{"profile": "nate", "account": "plex", "name": "m12", "media": {"name": "Heat (1995)", "runtime": 10200},
                "episodes": 0, "shelf": null,
                "problem": "no_ids|contradiction|twin|time|refused", "why": "…", "next_try": "only of what was refused",
                "candidates": [{"ids": {"tmdb": "949"}, "title": "Heat", "year": 1995, "runtime": 10200, "source": "tmdb",
                                "score": 95, "why": "the same title, one year apart"}],
                "against": [{"name": "m7", "media": {"name": "Heat (1995)"}}]}]}
```

`name` is for `match`; `source` says whose word a candidate is, where `known` stands for another account; `score` is 100
for the same title in the same year.

`import`:

```json
{"imported": [{"title": "Letterboxd", "profile": "nate", "account": "letterboxd", "what": "export", "again": false,
               "used": [{"what": "viewings", "count": 23}],
               "left_out": [{"file": "orphaned/diary.csv", "line": 2, "why": "…"}]},
              {"title": "IMDb's data sets", "files": ["title.basics.tsv.gz"], "used": [{"what": "films", "count": 700}],
               "left_out": [{"why": "…", "count": 12}], "asked_again": true}]}
```

The first is a file of a service: `again` says that the very same one was imported before, and `left_out`
names every line that cannot be used. The second is a data set, whose lines are only counted;
`asked_again`: what nobody could name so far is looked up again by the next sync.

`export ACCOUNT`, and `export json`:

```json
{"files": [{"file": "/home/nate/.config/watchweave/outbox/letterboxd-nate-12-1of1.csv", "to_do": "…"}]}
{"files": [{"file": "/home/nate/watchweave-nate-2026-11-23.json", "profile": "nate", "counts": {"history": 512}}]}
```

`to_do` is what you do with the file; `counts` are the rows in it, by shelf. What stands in the file of `export json` is
described with the [shoebox](../../src/watchweave/services/shoebox/README.md#our-form), which takes it in."""


def outdated() -> Iterator[str]:
    """Generated pages that are not what the code says."""
    for path, text in pages().items():
        if not path.exists() or path.read_text() != text:
            yield f"{path.relative_to(ROOT)} is not up to date; run `make docs`"


def broken_links(root: Path = ROOT) -> Iterator[str]:
    """Links between our own pages that lead nowhere."""
    for page in sorted([*root.glob("*.md"), *root.glob("docs/**/*.md"), *root.glob("src/**/*.md")]):
        for target in LINK.findall(page.read_text()):
            ours = target and "://" not in target and not target.startswith("mailto:")
            if ours and not (page.parent / target).exists():
                yield f"{page.relative_to(root)} links to {target}, which is not there"


def main(arguments: list[str]) -> int:
    """Write the pages; with `--check`, write nothing and answer 1 if something is wrong."""
    if "--check" not in arguments:
        for path, text in pages().items():
            path.write_text(text)
        return 0
    faults = [*outdated(), *broken_links()]
    sys.stderr.writelines(f"{fault}\n" for fault in faults)
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
