"""Each rule of the house is fed something that breaks it, and something close that does not."""

import pytest

from tests.house import law

SERVICES = frozenset({"plex", "trakt"})


def faults(rule, path: str, text: str) -> list[str]:
    return list(rule(law.File(path, text)))


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/merge.py", "from ..storage import state"),
        ("core/merge.py", "import watchweave.storage.state"),
        ("core/merge.py", "from watchweave import storage"),
        ("errors.py", "from .core import media"),
        ("engine/sync.py", "from ..services.http import Http"),
        ("engine/sync.py", "from ..services import http"),
        ("engine/sync.py", "def late():\n    from ..settings import load"),
        ("storage/state.py", "from ..services.base import Secrets"),
        ("cli/sync.py", "from ..web import pages"),
        ("cli/sync.py", "from ..app import main"),
        ("settings/check.py", "from ..services.registry import services"),
        ("services/trakt/shelves.py", "from ..plex.convert import film"),
        ("services/trakt/shelves/history.py", "from ...plex import convert"),
        ("toolbox/x.py", "import json"),
    ],
)
def test_a_room_that_imports_what_it_may_not_is_found(path: str, text: str) -> None:
    assert len(faults(law.import_law, path, text)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("core/merge.py", "from ..errors import Held\nfrom .media import Kind\nimport re"),
        ("engine/sync.py", "from ..services.base import Shelf\nfrom .. import __version__"),
        ("services/trakt/shelves.py", "from ..base import Shelf\nfrom ..http import Http\nfrom . import convert"),
        ("services/registry.py", "from .base import Service"),
        ("app.py", "from .services.trakt import Trakt\nfrom .web import pages"),
    ],
)
def test_a_room_that_imports_what_it_may_is_left_alone(path: str, text: str) -> None:
    assert faults(law.import_law, path, text) == []


@pytest.mark.parametrize(
    "text",
    [
        *(
            f"import {module}"
            for module in ("sqlite3", "httpx2", "asyncio", "time", "os", "pathlib", "random", "logging")
        ),
        "from datetime import datetime\nx = datetime.now()",
        "x = open('a')",
        "print('a')",
    ],
)
def test_a_core_that_touches_the_world_is_found(text: str) -> None:
    assert len(faults(law.purity, "core/plan.py", text)) == 1
    assert faults(law.purity, "engine/sync.py", text) == []


@pytest.mark.parametrize(
    "text",
    [
        "if name == 'trakt': pass",
        "title = 'Sign in at Trakt again'",
        "title = f'at {place}, not Plex'",
        "def refresh_trakt(): pass",
        "class PlexListener: pass",
        "listen(plex=True)",
        "x.plex_token = 1",
        "url = 'https://api.trakt.tv'",
        "from ..services.plex import Plex",
    ],
)
def test_a_service_named_in_the_engine_is_found(text: str) -> None:
    assert faults(lambda file: law.unnamed_services(file, SERVICES), "engine/live.py", text)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("engine/live.py", '"""As at Plex."""\n# trakt/trakt-api#423\nx = "complex traktor"'),
        ("services/trakt/convert.py", "spaces = ('trakt', 'plex')"),
        ("sandbox/plex.py", "name = 'plex'"),
    ],
)
def test_a_service_named_where_it_is_known_is_left_alone(path: str, text: str) -> None:
    assert faults(lambda file: law.unnamed_services(file, SERVICES), path, text) == []


def test_the_shared_files_of_the_services_room_name_no_service() -> None:
    assert faults(lambda file: law.unnamed_services(file, SERVICES), "services/http.py", "x = 'plex'")


@pytest.mark.parametrize(
    "handler", ["except:", "except Exception:", "except BaseException as e:", "except (KeyError, Exception):"]
)
def test_an_except_that_catches_everything_is_found(handler: str) -> None:
    text = f"def main():\n    try:\n        work()\n    {handler}\n        pass"
    assert len(faults(law.narrow_excepts, "engine/sync.py", text)) == 1
    assert faults(law.narrow_excepts, "app.py", text) == []


def test_tidying_up_and_raising_again_is_left_alone() -> None:
    tidy = "try:\n    work()\nexcept BaseException:\n    undo()\n    raise"
    assert faults(law.narrow_excepts, "storage/store.py", tidy) == []
    assert faults(law.narrow_excepts, "storage/store.py", tidy + " Held('x')")


def test_suppressing_everything_is_found() -> None:
    assert faults(law.narrow_excepts, "engine/sync.py", "with contextlib.suppress(Exception): pass")
    assert not faults(law.narrow_excepts, "engine/sync.py", "with contextlib.suppress(KeyError): pass")


def test_what_outgrows_its_size_is_found() -> None:
    assert len(faults(law.sizes, "core/a.py", "x = 1\n" * 401)) == 1
    assert len(faults(law.sizes, "core/a.py", "def f():\n" + "    x = 1\n" * 50)) == 1
    assert len(faults(law.sizes, "core/a.py", "def f(a, b, c, d, e, *, f, g, h): pass")) == 1
    assert not faults(law.sizes, "core/a.py", "def f(self, a, b, c, d, *, e, f, g): pass\n" * 400)


@pytest.mark.parametrize("path", ["core/utils.py", "web/helpers/a.py", "common/a.py", "engine/manager.py"])
def test_a_room_whose_name_says_nothing_is_found(path: str) -> None:
    assert len(faults(law.names, path, "")) == 1


@pytest.mark.parametrize("text", ["cfg = 1", "def f(ctx): pass", "class SvcMap: pass", "def get_plan(): pass"])
def test_a_short_or_empty_name_is_found(text: str) -> None:
    assert len(faults(law.names, "core/plan.py", text)) == 1


def test_a_module_that_does_not_say_what_it_is_for_is_found() -> None:
    assert faults(law.purpose, "core/plan.py", "x = 1")
    assert not faults(law.purpose, "core/__init__.py", "")


@pytest.mark.parametrize(
    "call",
    [
        "execute(f'select {x}')",
        "execute(f'select {COLUMNS} {x}')",
        "execute('select ' + x)",
        "executemany('select %s' % x, y)",
        "execute(SQL.format(x))",
    ],
)
def test_sql_put_together_in_a_call_is_found(call: str) -> None:
    assert len(faults(law.bound_sql, "storage/state.py", f"database.{call}")) == 1


@pytest.mark.parametrize(("call", "found"), [("'insert'", 0), ("f'insert {x}'", 1), ("'insert', rows, x", 1)])
def test_sql_put_together_for_entering_rows_is_found(call: str, found: int) -> None:
    assert len(faults(law.bound_sql, "storage/state.py", f"enter(database, {call})")) == found


@pytest.mark.parametrize(
    "call",
    ["execute(SQL, x)", "execute('select ' 'one')", "executemany(queries.ADD, x)", "execute(f'select {_ALL}' + FROM)"],
)
def test_sql_that_stands_in_the_code_is_left_alone(call: str) -> None:
    assert faults(law.bound_sql, "storage/state.py", f"database.{call}") == []


@pytest.mark.parametrize("text", ["see https://py" + "pi.org/x", "cd /wor" + "k/main", "\n/roo" + "t/x"])
def test_a_registry_or_a_path_of_one_machine_is_found(text: str) -> None:
    assert len(list(law.own_ground("README.md", text))) == 1


def test_an_address_that_only_looks_like_a_path_is_left_alone() -> None:
    assert list(law.own_ground("README.md", "https://example.org/work/main ./work/x")) == []
