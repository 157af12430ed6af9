"""The service of the page for plugin authors is run as it stands there, with the tests that stand there."""

import ast
import re
import sys
from types import ModuleType

from tests.house.law import ROOT
from watchweave import sdk

PAGE = (ROOT / "docs/write-a-service.md").read_text()
FILES = dict(re.findall(r"```python\n# (\w+)\.py\n(.*?)```", PAGE, re.DOTALL))


def load(name, text=""):
    """A file of the page, or this in its place, as a module that others can import."""
    module = sys.modules[name] = ModuleType(name)
    exec(compile(text or FILES[name], f"docs/write-a-service.md ({name}.py)", "exec"), vars(module))
    return module


reelbook = load("reelbook")
TestReelbook = load("test_reelbook").TestReelbook


def imported(name):
    return {node.module for node in ast.walk(ast.parse(FILES[name])) if isinstance(node, ast.ImportFrom)}


def test_the_service_of_the_page_imports_nothing_of_ours_but_the_sdk():
    assert {name for name in imported("reelbook") if name.startswith("watchweave")} == {"watchweave.sdk"}


def test_the_sdk_offers_what_it_imports_and_nothing_else():
    names = {name for name in vars(sdk) if not name.startswith("_")} - {"annotations"}
    assert names == set(sdk.__all__)


def test_every_part_of_a_form_stands_on_the_page():
    parts = set(re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE))
    assert parts == set(sdk.Form.__struct_fields__) - {"learned"}
