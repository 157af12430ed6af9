"""The rules of the house, kept by every file; `test_law_can_fail.py` shows that each rule can find something."""

import subprocess
from collections.abc import Callable, Iterator

import pytest

from tests.house import law

RULES: list[Callable[[law.File], Iterator[str]]] = [
    law.import_law,
    law.purity,
    law.narrow_excepts,
    law.sizes,
    law.names,
    law.purpose,
    law.bound_sql,
]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.__name__)
def test_every_file_keeps_the_rule(rule: Callable[[law.File], Iterator[str]]) -> None:
    assert [fault for file in law.files() for fault in rule(file)] == []


def test_services_are_named_only_where_they_are_known() -> None:
    services = law.service_names()
    assert [fault for file in law.files() for fault in law.unnamed_services(file, services)] == []


def test_no_committed_file_names_a_registry_or_a_path_of_one_machine() -> None:
    faults = []
    for name in committed():
        path = law.ROOT / name
        if path.is_file():
            faults += law.own_ground(name, path.read_text(errors="replace"))
    assert faults == []


def test_there_are_two_supervisors_at_most() -> None:
    assert len(law.SUPERVISORS) <= 2


def committed() -> list[str]:
    answer = subprocess.run(["git", "ls-files", "-z"], cwd=law.ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip("this is no git checkout")
    return answer.stdout.split("\0")[:-1]
