"""What a service reads."""

from __future__ import annotations

from ..core.media import STRONG, Kind, clean_ids
from ..core.records import DAY, MINUTE, Play, Rating
from ..errors import ServiceError
from .bench import HOUR, Bench
from .likeness import about, gist

EARLIEST = -2_208_988_800
"""1900: nothing was watched before."""


class Reads(Bench):
    """Readings, news and stamps."""

    def test_a_first_reading_is_complete(self) -> None:
        self._complete()
        self.fill()
        self._complete()

    def _complete(self) -> None:
        for name, shelf in self.shelves():
            reading, records = self.read(name)
            own = [record for record in records if type(record) is shelf.record]
            assert (reading.complete, reading.partial) == (True, ""), f"{name}: {reading.partial or 'only news'}"
            assert isinstance(reading.cursor, str | None), f"{name}: the cursor is {reading.cursor!r}"
            if not shelf.read_by:
                assert reading.count in (None, len(own)), f"{name}: {reading.count} announced, {len(own)} came"
            for thing in self.things(name):
                assert len(about(own, thing)) <= 1, f"{name}: {thing.named()} came several times"

    def test_reading_twice_says_the_same(self) -> None:
        self.fill()
        for name, _ in self.shelves():
            first, second = sorted(map(gist, self.read(name)[1])), sorted(map(gist, self.read(name)[1]))
            assert first == second, f"{name}: the second reading differs"
            assert len(set(first)) == len(first), f"{name}: a record came twice"

    def test_kinds_and_shelves_read_are_those_stated(self) -> None:
        self.fill()
        shelves = dict(self.shelves())
        for name in (name for name, shelf in shelves.items() if not shelf.read_by):
            covered = {one.record: one.kinds for other, one in shelves.items() if name in (other, one.read_by)}
            reading, records = self.read(name)
            assert (reading.kinds or frozenset()) <= frozenset().union(*covered.values()), f"{name}: {reading.kinds}"
            for record in records:
                kinds = covered.get(type(record), frozenset[Kind]())
                assert record.media.kind in kinds, f"{name}: nothing said that it reads {record!r}"

    def test_a_reading_covers_its_shelf_and_those_that_it_reads_for(self) -> None:
        self.fill()
        for name, shelf in self.shelves():
            own = self.held(name)
            for thing in self.things(name):
                assert about(own, thing), f"{name}: the reading of {shelf.read_by or name} lacks {thing.named()}"

    def test_ids_and_keys_are_texts(self) -> None:
        self.fill()
        for name, _ in self.shelves():
            for record in self.read(name)[1]:
                for media in filter(None, (record.media, record.media.parent)):
                    ids = {space: value for space, value in media.ids.items() if space in STRONG}
                    texts = [*media.ids, *media.ids.values(), *media.keys]
                    assert all(isinstance(text, str) and text for text in texts), f"{name}: {media!r}"
                    assert clean_ids(ids) == ids, f"{name}: these ids are not well formed: {media!r}"
                    assert len(media.keys) <= 1, f"{name}: one thing as read has one key: {media!r}"
                assert record.media.ids or record.media.keys or record.media.parent, (
                    f"{name}: names nothing: {record!r}"
                )

    def test_every_play_has_a_key_of_its_own(self) -> None:
        self.fill()
        for name, _ in self.shelves():
            keys = [record.key for record in self.read(name)[1] if isinstance(record, Play)]
            assert all(isinstance(key, str) and key for key in keys), f"{name}: a play has no key"
            assert len(set(keys)) == len(keys), f"{name}: two plays have one key"

    def test_times_are_whole_seconds_of_a_time_that_can_be(self) -> None:
        self.fill()
        for name, _ in self.shelves():
            for record in self.read(name)[1]:
                assert type(record.at) in (int, type(None)), f"{name}: {record.at!r} are no whole seconds"
                assert record.at is None or EARLIEST < record.at < self.now() + DAY, f"{name}: when is {record.at}?"
                if isinstance(record, Play):
                    assert (record.at is None) == (record.clock == "unknown"), f"{name}: {record!r}"

    def test_a_time_is_the_one_at_which_it_was_done(self) -> None:
        for name, shelf in self.shelves():
            record = self.made(shelf, self.things(name)[0], ago=3 * HOUR if shelf.record is Play else 0)
            self.put(name, record)
            self.later(DAY)
            assert record.at is not None
            (found,) = about(self.held(name), record.media)
            stated = shelf.form.clock != "none" if shelf.record is Play else shelf.form.times
            assert found.at is not None or not stated, f"{name}: it says that it states times"
            near = DAY if shelf.form.clock == "day" else MINUTE
            assert found.at is None or abs(found.at - record.at) <= near, f"{name}: {record.at} became {found.at}"

    def test_every_value_read_is_one_that_the_form_holds(self) -> None:
        self.fill()
        for name, shelf in self.shelves():
            for record in self.held(name):
                if isinstance(record, Rating):
                    assert shelf.form.fit(record.value) == record.value, f"{name}: {record!r}"
                if isinstance(record, Play):
                    assert shelf.form.cut(record.at) == record.at, f"{name}: {record!r}"

    def test_a_reading_that_breaks_off_is_not_taken_for_all(self) -> None:
        self.fill()
        for name, _ in self.shelves():
            self.break_off(name)
            try:
                reading, _records = self.read(name)
            except ServiceError:
                continue
            assert reading.partial, f"{name}: a reading that failed midway says nothing of it"

    def test_news_shows_what_came_since_and_nothing_that_is_not_so(self) -> None:
        for name, shelf in self.shelves():
            first, *others = self.things(name)[:3]
            self.put(name, self.made(shelf, first))
            self.later(HOUR)
            cursor = self.read(name)[0].cursor
            for thing in others:
                self.later(HOUR)
                self.put(name, self.made(shelf, thing))
                self.later(HOUR)
                reading, news = self.read(name, cursor)
                own = [record for record in news if type(record) is shelf.record]
                assert about(own, thing), f"{name}: {thing.named()} came since, and is no news"
                there = {gist(record) for record in self.read(name)[1]}
                assert {gist(record) for record in news} <= there, f"{name}: the news is not what is there"
                cursor = reading.cursor

    def test_the_stamp_moves_when_the_shelf_does(self) -> None:
        for name, shelf in self.shelves():
            before = self.stamp(name)
            if before is None:
                continue
            assert isinstance(before, str), f"{name}: the stamp is {before!r}"
            self.later(HOUR)
            assert self.stamp(name) == before, f"{name}: the stamp moves though nothing happened"
            self.put(name, self.made(shelf, self.things(name)[0]))
            self.later(HOUR)
            after = self.stamp(name)
            assert after != before, f"{name}: something came, and the stamp is the same"
            if shelf.can("remove"):
                self.remove(name, *about(self.held(name), self.things(name)[0]))
                assert self.stamp(name) != after, f"{name}: something went, and the stamp is the same"
