"""Each mechanism that can be taken out still stands in the code where it is to be taken out."""

import pytest

from tests.mutants.run import MUTANTS, ROOT, swapped


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_a_mutant_fits_the_code(mutant):
    for swap in mutant.swaps:
        assert swapped((ROOT / "src/watchweave" / swap.file).read_text(), swap)


def test_the_tests_that_are_to_notice_are_there():
    named = {name.split("::")[0] for mutant in MUTANTS for name in mutant.tests}
    assert [name for name in sorted(named) if not (ROOT / name).is_file()] == []
