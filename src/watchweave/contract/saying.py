"""What a service says of itself."""

from __future__ import annotations

from ..core.records import PRESENT
from ..services.base import Shelf
from .bench import SHELVES, Bench


class Saying(Bench):
    """Its person, its shelves and their forms."""

    def test_every_shelf_says_what_it_is(self) -> None:
        shelves = dict(self.shelves())
        assert shelves, "there is no shelf"
        for name, shelf in shelves.items():
            kind, form = type(shelf), shelf.form
            assert SHELVES.get(name) is shelf.record, f"{name}: no shelf of this name holds {shelf.record.__name__}"
            assert shelf.kinds, f"{name}: it names no kinds"
            if shelf.read_by:
                assert not shelves[shelf.read_by].read_by, f"{name}: {shelf.read_by} does not read for itself"
            else:
                assert kind.read is not Shelf.read, f"{name}: it has neither `read` nor `read_by`"
            assert 100 % form.steps == 0, f"{name}: 100 is not a multiple of {form.steps} steps"
            assert form.batch > 0, f"{name}: nothing fits into a batch"
            assert form.settle >= 0, f"{name}: settle is {form.settle}"

    def test_every_value_fits_a_value_that_fits_itself(self) -> None:
        for name, shelf in self.shelves():
            fit = shelf.form.fit
            assert (fit(None), fit(PRESENT)) == (None, PRESENT), f"{name}: presence and absence are changed"
            for value in range(1, 101):
                fitted = fit(value)
                assert isinstance(fitted, int), f"{name}: {value} becomes {fitted}"
                assert 1 <= fitted <= 100, f"{name}: {value} becomes {fitted}"
                assert fit(fitted) == fitted, f"{name}: {value} becomes {fitted}, and that {fit(fitted)}"

    def test_the_account_is_always_the_same_person_s(self) -> None:
        first, second = self.run(lambda service: service.identity()), self.run(lambda service: service.identity())
        assert first == second
        assert isinstance(first.person, str), f"the person is {first.person!r}"
        assert first.person, "the person has no name"
