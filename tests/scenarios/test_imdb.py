"""IMDb by file: an episode is known by its id alone until somebody tells its show."""

import os
from contextlib import AsyncExitStack
from dataclasses import replace

import pytest

from tests.laws.services import Library
from tests.scenarios.five import Five
from tests.scenarios.household import DAY, MINUTE, Signed
from watchweave.core.media import Kind, Media
from watchweave.engine.handing import Said, handed_in
from watchweave.engine.settle import settle
from watchweave.engine.unmatched import unmatched
from watchweave.errors import ConfigError
from watchweave.services.registry import service


@pytest.fixture
def house(tmp_path):
    """IMDb and Serializd, and nobody else."""
    house = Five(tmp_path, episodes=4, checked=False)
    accounts = [Signed(name, name) for name in ("imdb", "serializd")]
    directions = [("imdb", "serializd"), ("serializd", "imdb")]
    house.person = replace(house.person, accounts=accounts, directions=directions)
    house.start()
    return house


class Listing(Library):
    """It knows where episodes stand, by their ids at IMDb."""

    finds = {Kind.EPISODE: ("imdb",)}  # noqa: RUF012

    async def find(self, kind, space, value):
        work = next(one for one in self.works if one.ids["imdb"] == value)
        show = Media(Kind.SHOW, {"tmdb": str(work.show.ids["tmdb"])}, work.show.title, work.show.year)
        return [Media(kind, {"imdb": value}, work.title, None, show, work.season, work.number)]


def told(house):
    return [line for line in house.sync(yes=True).changes if line.account == "serializd"]


def test_without_anybody_who_knows_its_show_it_stays_where_it_is(house):
    house.imdb.rate(house["s1.1.2"], 7)
    house.hand_in_all()
    assert [line.outcome for line in told(house)] == ["refused"]
    assert house.serializd.entries == {}
    house.later(30 * MINUTE)
    assert told(house) == []


def test_a_source_that_knows_its_show_leads_it_to_its_place(house):
    house.home.open_sources = lambda: ([Listing(list(house.world.catalogue.of("episode")))], AsyncExitStack())
    house.imdb.rate(house["s1.1.2"], 7)
    house.hand_in_all()
    (line,) = told(house)
    assert (line.media.named(), line.outcome) == (f"{house['s1'].title} S01E02", "done")
    assert [entry.rating for entry in house.serializd.entries.values()] == [7]
    house.later(DAY)
    house.hand_in_all()
    assert house.sync(yes=True).changes == []


# Files that are not the next one of hers


def downloaded(house, content, said="", **more):
    """What becomes of a file that was copied just now, and with it its time."""
    path = house.folder / "download.csv"
    path.write_bytes(content)
    os.utime(path, (house.now(), house.now()))
    return handed_in(house.home, {"imdb": service("imdb")}, path, Said(said, **more))


def rated(house, *names):
    for name in names:
        house.imdb.rate(house[name], 5)
    return house.imdb.export("ratings")


def test_an_old_file_that_was_copied_today_is_refused(house):
    old = rated(house, "s1", "s1.1.1")
    house.later(200 * DAY)
    rated(house, "s1.1.2")
    house.hand_in_all()
    house.later(30 * DAY)
    with pytest.raises(ConfigError, match=r"newer than of 2025-10-09.* of 2026-04-27: this seems an old one.*--anyway"):
        downloaded(house, old)


def test_who_took_back_her_newest_rating_says_so_and_it_is_taken_in(house):
    rated(house, "s1")
    house.later(DAY)
    rated(house, "s1.1.1")
    house.hand_in_all()
    house.later(DAY)
    house.imdb.unrate(house["s1.1.1"])
    content = house.imdb.export("ratings")
    with pytest.raises(ConfigError, match="--anyway"):
        downloaded(house, content)
    assert downloaded(house, content, anyway=True).examined.used == {"show ratings": 1}


MANY = ("s1.1.1", "s1.1.2", "s1.1.3", "s1.1.4", "s1")


@pytest.mark.parametrize(("kept", "refused"), [(2, True), (3, False)])
def test_a_file_that_lacks_most_titles_of_the_one_before_may_be_of_somebody_else(house, kept, refused):
    rated(house, *MANY)
    house.hand_in_all()
    house.later(DAY)
    for name in MANY[kept:]:
        house.imdb.unrate(house[name])
    content = rated(house, MANY[0])
    if not refused:
        assert downloaded(house, content).examined.label == "ratings"
        return
    with pytest.raises(ConfigError, match=r"3 of the 5 titles of the file before are not in download.csv: is it yours"):
        downloaded(house, content)
    assert downloaded(house, content, anyway=True).examined.label == "ratings"


def test_a_damaged_file_before_is_no_measure(house):
    rated(house, *MANY)
    house.hand_in_all()
    house.home.inbox("mara", "imdb").newest("ratings").path.write_bytes(b"")
    house.later(DAY)
    for name in MANY[1:]:
        house.imdb.unrate(house[name])
    assert downloaded(house, house.imdb.export("ratings")) is not None


# A folder of hers


@pytest.fixture
def folder(house):
    """Her exports lie in a folder that the settings name."""
    place = house.folder / "exports"
    place.mkdir()
    accounts = [Signed("imdb", "imdb", {"csv_path": str(place)}), Signed("serializd", "serializd")]
    house.person = replace(house.person, accounts=accounts)
    house.start()
    house.place = place
    return house


def lay(house, content, name="ratings.csv"):
    """A file is copied there just now, and the next sync looks."""
    path = house.place / name
    path.write_bytes(content)
    os.utime(path, (house.now(), house.now()))
    house.later(DAY)
    return house.sync(yes=True).problems


def known(house):
    query = (
        "SELECT count(*) FROM held WHERE seen IS NOT NULL AND account = (SELECT id FROM account WHERE name = 'imdb')"
    )
    return house.store.db.execute(query).fetchone()[0]


@pytest.mark.parametrize("name", ["ratings.csv", "copy.csv"])
def test_an_old_file_that_is_copied_into_her_folder_is_not_taken_in_before_she_says_so(folder, name):
    old = rated(folder, "s1")
    folder.later(DAY)
    assert lay(folder, rated(folder, "s1.1.1")) == []
    (problem,) = lay(folder, old, name)
    assert "this seems an old one" in problem.message
    assert 'run "watchweave import FILE --anyway"; else take it out of the folder' in problem.message
    assert known(folder) == 2
    said = Said(anyway=True)
    handed_in(folder.home, {"imdb": service("imdb")}, folder.place / name, said).keep(folder.home)
    folder.later(DAY)
    assert folder.sync(yes=True).problems == []
    assert known(folder) == 1


def test_of_two_in_her_folder_the_one_that_only_seems_newer_is_told(folder):
    old = rated(folder, "s1")
    folder.later(DAY)
    (folder.place / "ratings.csv").write_bytes(rated(folder, "s1.1.1"))
    os.utime(folder.place / "ratings.csv", (folder.now(), folder.now()))
    folder.later(DAY)
    (problem,) = lay(folder, old, "copy.csv")
    assert "copy.csv tells nothing newer than of" in problem.message
    (folder.place / "copy.csv").unlink()
    folder.later(DAY)
    assert folder.sync(yes=True).problems == []
    assert known(folder) == 2


def test_a_file_of_somebody_else_in_her_folder_is_not_taken_for_hers(folder):
    assert lay(folder, rated(folder, *MANY)) == []
    for name in MANY[2:]:
        folder.imdb.unrate(folder[name])
    (problem,) = lay(folder, rated(folder, MANY[0]))
    assert "3 of the 5 titles of the file before are not in ratings.csv: is it yours?" in problem.message
    assert known(folder) == 5


def test_the_next_file_of_hers_in_her_folder_is_taken_in_without_a_word(folder):
    for name in MANY:
        assert lay(folder, rated(folder, name)) == []
        folder.later(DAY)
    assert (folder.sync(yes=True).problems, known(folder)) == ([], 5)


def test_a_plan_says_what_imdb_cannot_be_told(tmp_path):
    """The feed of Letterboxd tells TMDb's ids alone."""
    house = Five(tmp_path, checked=False)
    accounts = [Signed(name, name, house.options.get(name, {})) for name in ("letterboxd", "imdb")]
    house.person = replace(house.person, accounts=accounts, directions=[("letterboxd", "imdb")])
    house.start()
    house.hand_in_all()
    house.sync()
    house.later(DAY)
    house.mara.log(house["m1"], "2025-10-10", rating=8)
    (planned,) = [one for one in house.rehearse(yes=True).refused if one.shelf == "ratings"]
    assert (planned.account, planned.why, planned.tried) == ("imdb", "its id of IMDb is not known", False)
    (line,) = [line for line in house.sync(yes=True).changes if line.shelf == "ratings"]
    assert (line.account, line.outcome) == ("imdb", "refused")


# Without anybody who knows more than the files


@pytest.mark.parametrize("public", [False, True])
def test_a_film_that_is_called_otherwise_there_is_the_one_in_the_diary_by_its_original_title(tmp_path, public):
    """Her public watchlist tells another title, and no original one."""
    house = filed_alone(tmp_path, public=public)
    film = house["m1"]
    house.world.services["imdb"].titles.know(film, local={"de": "Schwarze Glut", "en": "Black Ember"})
    house.imdb.language, house.imdb.watchlist.public = "de", True
    house.imdb.wish(film)
    house.imdb.rate(film, 5)
    house.later(DAY)
    house.mara.rate(film, 8)
    for _ in range(3):
        house.hand_in_all()
        house.sync(yes=True)
        house.carry()
        house.later(DAY)
    (there,), (here,) = house.imdb.rated(), house.mara.ratings.values()
    assert (there.value, here.value) == (8, 8)


def filed_alone(tmp_path, *, public=False):
    """IMDb and Letterboxd, both by file. public: but for her watchlist at IMDb."""
    house = Five(tmp_path, checked=False)
    options = {"watchlist_of": house.imdb.id} if public else {}
    accounts = [Signed("imdb", "imdb", options), Signed("letterboxd", "letterboxd", {"username": "mara"})]
    directions = [("imdb", "letterboxd"), ("letterboxd", "imdb")]
    house.person = replace(house.person, accounts=accounts, directions=directions)
    house.start()
    return house


def by_hand(house):
    """She downloads everything, and carries what waits. Returns how much waited."""
    house.hand_in_all()
    house.sync(yes=True)
    waiting = sum(len(text.splitlines()) - 1 for text in house.offered().values())
    house.carry()
    house.later(DAY)
    return waiting


@pytest.mark.parametrize("title", ["Drácula", "Dracula"])
def test_two_films_of_one_title_at_letterboxd_are_never_taken_for_one(tmp_path, title):
    house = filed_alone(tmp_path)
    one, two = house["m1"], house["m2"]
    house.world.catalogue.change(one, title="Dracula", year=1931)
    house.world.catalogue.change(two, title=title, year=1931)
    house.mara.rate(one, 6)
    house.mara.rate(two, 7)
    house.later(DAY)
    house.imdb.rate(one, 9)
    for _ in range(4):
        by_hand(house)
    assert sorted(rating.value for rating in house.mara.ratings.values()) == [6, 7]
    assert [rating.value for rating in house.imdb.rated()] == [9]


def test_what_a_feed_named_is_not_gone_once_a_file_tells_two_films_of_its_title(tmp_path):
    """She says that the two are two. From now on no row of an export says which one it is about."""
    house = filed_alone(tmp_path)
    one, two = house["m1"], house["m2"]
    house.world.catalogue.change(two, title=one.title, year=one.year)
    by_hand(house)
    house.mara.log(two, "2025-10-10", rating=8)
    house.sync(yes=True)
    house.later(DAY)
    house.imdb.rate(one, 5)
    house.hand_in_all()
    house.sync(yes=True)
    (name,) = [row["name"] for row in unmatched(house.store, house.now()) if row["problem"] == "twin"]
    settle(house.store, name, "apart", house.now())
    waiting = [by_hand(house) for _ in range(6)]
    query = "SELECT seen FROM held AS h JOIN ids AS i ON i.media = h.media WHERE h.shelf = 3 AND i.space = 'tmdb' AND i.value = ?"
    assert house.store.db.execute(query, (str(two.ids["tmdb"]),)).fetchall()[0] == (80,)
    assert waiting[3:] == [0, 0, 0]


def test_a_match_that_is_taken_back_leaves_the_other_film_its_rating(tmp_path):
    house = filed_alone(tmp_path)
    film = house["m1"]
    house.world.services["imdb"].titles.know(film, local={"en": "Schwarze Glut"}, original="Schwarze Glut")
    house.imdb.rate(film, 10)
    house.later(DAY)
    house.mara.rate(film, 9)
    house.hand_in_all()
    house.sync(yes=True)
    (name,) = [row["name"] for row in unmatched(house.store, house.now()) if row["problem"] == "no_ids"]
    settle(house.store, name, film.ids["imdb"], house.now())
    settle(house.store, name, "forget", house.now())
    house.later(DAY)
    house.hand_in_all()
    house.sync(yes=True)
    assert [text for name, text in house.offered().items() if name.startswith("imdb")] == []
