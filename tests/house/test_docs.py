"""The pages say what the code says, and lead where they point."""

from __future__ import annotations

import re
from pathlib import Path

from docs import generate
from tests.house import law
from watchweave.core.plan import LIMITS
from watchweave.settings import defaults, table


def test_generated_pages_are_up_to_date() -> None:
    assert list(generate.outdated()) == []


def test_no_link_between_our_pages_leads_nowhere() -> None:
    assert list(generate.broken_links()) == []


def test_a_link_that_leads_nowhere_is_found(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("[here](README.md#top) [there](docs/none.md) [far](https://example.org)")
    assert list(generate.broken_links(tmp_path)) == ["README.md links to docs/none.md, which is not there"]


def test_every_setting_stands_on_the_page() -> None:
    page = (law.ROOT / "docs/reference/settings.md").read_text()
    settings = [*table.TOP, *table.PROFILE, *table.ACCOUNT, *table.RULES]
    settings += [setting for source in defaults.METADATA.values() for setting in source]
    names = {setting.name for setting in settings} | set(LIMITS)
    assert names <= set(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE))


def test_no_page_of_ours_has_a_table_without_rows() -> None:
    pages = [law.ROOT / "README.md", *law.ROOT.glob("docs/**/*.md"), *law.ROOT.glob("src/**/*.md")]
    empty = re.compile(r"^\|[-| ]+\|\n(?!\|)", re.MULTILINE)
    assert [page.name for page in pages if empty.search(page.read_text() + "\n")] == []


def test_every_make_target_is_explained_to_contributors() -> None:
    targets = re.findall(r"^([a-z]+):", (law.ROOT / "Makefile").read_text(), re.MULTILINE)
    contributing = (law.ROOT / "CONTRIBUTING.md").read_text()
    assert targets
    assert [target for target in targets if f"`make {target}`" not in contributing] == []


def test_the_import_law_stands_in_the_rules_for_contributors() -> None:
    contributing = (law.ROOT / "CONTRIBUTING.md").read_text()
    for room, allowed in law.MAY_IMPORT.items():
        words = " ".join(name for name in allowed if name != room)
        if room not in {"__init__", "__main__", "app", "errors"}:
            assert f"| `{room}` | {words} |" in contributing
