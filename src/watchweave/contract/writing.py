"""What a service writes."""

from __future__ import annotations

from collections import Counter

from ..core.records import DAY, Play, Rating
from .bench import Bench
from .likeness import about, gists, same


class Writes(Bench):
    """Adding, changing and removing; a shelf is asked only for what it defines."""

    def test_what_was_added_is_read_back(self) -> None:
        for name, shelf in self.shelves("add"):
            kinds = {thing.kind for thing in self.things(name)}
            assert kinds == shelf.holds(), f"{name}: things of these kinds are to be tried: {shelf.holds()}"
            sent = [self.made(shelf, thing, ago=DAY) for thing in self.things(name)]
            assert self.add(name, *sent) == []
            held = self.held(name)
            for record in sent:
                assert [same(shelf.form, record, one) for one in about(held, record.media)] == [True], (
                    f"{name}: of {record!r} came back {about(held, record.media)}"
                )

    def test_every_rating_that_the_form_holds_is_read_back(self) -> None:
        for name, shelf in self.shelves("add"):
            if shelf.record is not Rating:
                continue
            values = sorted({int(shelf.form.fit(value) or 0) for value in range(1, 101)})
            things = self.things(name)
            for start in range(0, len(values), len(things)):
                portion = values[start : start + len(things)]  # the later ones are changes of the earlier ones
                pairs = list(zip(things, portion, strict=False))
                assert self.add(name, *(self.made(shelf, thing, DAY, value) for thing, value in pairs)) == []
                held = self.held(name)
                shown = [[one.value for one in about(held, thing) if isinstance(one, Rating)] for thing, _ in pairs]
                assert shown == [[value] for value in portion], f"{name}: of {portion} came back {shown}"

    def test_a_play_without_a_date_gets_none(self) -> None:
        for name, shelf in self.shelves("add"):
            if shelf.record is not Play or shelf.form.clock == "now" or not shelf.form.undated:
                continue
            play = Play(self.things(name)[0], None, clock="unknown")
            refused = self.add(name, play)
            found = [one.at for one in about(self.held(name), play.media)]
            assert found == ([] if refused else [None]), f"{name}: a date was made up"

    def test_adding_twice_is_what_the_form_says(self) -> None:
        for name, shelf in self.shelves("add"):
            thing = self.things(name)[0]
            record = self.made(shelf, thing, ago=DAY)
            assert self.add(name, record) == []
            once = Counter(map(type, about(self.read(name)[1], thing)))
            refused = self.add(name, record)
            twice = Counter(map(type, about(self.read(name)[1], thing)))
            another = shelf.form.again == "another" and shelf.form.repeats
            assert twice - once == (Counter([shelf.record]) if another else Counter()), f"{name}: {once}, then {twice}"
            assert not (another and refused), f"{name}: {refused}"

    def test_removed_is_gone_and_only_that(self) -> None:
        for name, shelf in self.shelves("remove"):
            for thing in self.things(name):
                self.put(name, self.made(shelf, thing, ago=DAY))
            again = self.things(name)[0]
            if shelf.record is Play and shelf.form.repeats and shelf.can("add"):
                self.add(name, self.made(shelf, again, ago=2 * DAY))
            before = self.held(name)
            gone = about(before, again)[0]
            assert self.remove(name, gone) == []
            assert gists(self.held(name)) == gists(before) - gists([gone]), f"{name}: more or less went than {gone!r}"
            assert self.remove(name, gone) == [], f"{name}: what is gone already is done"
            assert gists(self.held(name)) == gists(before) - gists([gone]), (
                f"{name}: removing again took something else"
            )

    def test_of_two_equal_plays_one_can_be_removed(self) -> None:
        for name, shelf in self.shelves("remove"):
            if shelf.record is not Play or shelf.form.again != "another" or not shelf.form.repeats:
                continue
            play = self.made(shelf, self.things(name)[0], ago=DAY)
            self.add(name, play)
            self.add(name, play)
            self.remove(name, about(self.held(name), play.media)[-1])
            assert len(about(self.held(name), play.media)) == 1, f"{name}: not exactly one of two was removed"

    def test_a_refused_record_is_returned_and_the_others_are_done(self) -> None:
        for name, shelf in self.shelves("add"):
            nowhere = self.unknown(name)
            if nowhere is None:
                continue
            fine, strange = self.made(shelf, self.things(name)[0], DAY), self.made(shelf, nowhere, DAY)
            refused = self.add(name, fine, strange)
            assert [refusal.record for refusal in refused] == [strange], f"{name}: refused was {refused}"
            assert refused[0].why, f"{name}: a refusal without a reason"
            held = self.held(name)
            assert about(held, fine.media), f"{name}: one refusal stopped the others"
            assert not about(held, nowhere), f"{name}: what was refused is there"
