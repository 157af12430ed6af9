"""Writes the reference pages from the code; with `--check`, says which are out of date and which links lead nowhere."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path

from watchweave.core.plan import LIMITS
from watchweave.settings import defaults, table

ROOT = Path(__file__).resolve().parents[1]
DOCS = ROOT / "docs"
LINK = re.compile(r"\[[^\]]*\]\(([^)#\s]*)(?:#[^)\s]*)?\)")


def pages() -> dict[Path, str]:
    """Every generated page, by where it belongs."""
    return {DOCS / "reference" / "settings.md": settings_page()}


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
            "Below `accounts:`, by the account's name. What else may stand here, such as tokens, the service decides.",
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
        *(
            (f"Metadata: {name}", f"Below `metadata:`, `{name}:`.", f"METADATA__{name.upper()}__", settings)
            for name, settings in defaults.METADATA.items()
        ),
    ]
    return "\n\n".join([INTRODUCTION, *(section(*part) for part in sections), FIRST_RELEASE, variables()]) + "\n"


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
    """One table of settings."""
    rows = ["| key | what | default | meaning |", "| --- | --- | --- | --- |"]
    for setting in settings:
        kind = " \\| ".join(f"`{word}`" for word in setting.choices) or setting.kind
        kind += " or an account" if setting.kind == "rule" else ""
        rows.append(f"| `{setting.name}` | {kind} | {setting.default or '–'} | {setting.help} |")
    variable = f"Variables: `WATCHWEAVE__{prefix}` and the key in capitals."
    return "\n\n".join(filter(None, [f"## {title}", text, variable, "\n".join(rows)]))


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
