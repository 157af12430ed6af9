"""What a person hands in, again or wrongly, and what her services hold after it."""

import io
import os
import zipfile

import pytest

from tests.scenarios.diary import Diary
from tests.scenarios.household import HOUR
from watchweave.engine.handing import Said, handed_in
from watchweave.errors import ConfigError
from watchweave.services.registry import service


@pytest.fixture
def house(tmp_path):
    return Diary(tmp_path / "house")


def unpacked(house, folder):
    zipfile.ZipFile(io.BytesIO(house.mara.export())).extractall(folder)
    return handed_in(house.home, {"letterboxd": service("letterboxd")}, folder, Said())


def test_other_files_in_the_folder_of_an_export_do_no_harm(house, tmp_path):
    folder = tmp_path / "unpacked"
    house.mara.log(house["m1"], "2024-11-30", review="a " * 9000)
    folder.mkdir()
    (folder / "holiday.jpg").write_bytes(os.urandom(51 << 20))
    (folder / os.fsdecode(b"caf\xe9.txt")).touch()
    unpacked(house, folder).keep(house.home)
    house.sync(yes=True)
    assert len(house.plays("m1")) == 1


def test_a_folder_that_cannot_be_kept_leaves_what_was_there(house, tmp_path):
    before = house.hand_in()
    folder = tmp_path / "unpacked"
    folder.mkdir()
    (folder / "measured.csv").write_bytes(os.urandom(51 << 20))
    house.later(HOUR)
    found = unpacked(house, folder)
    with pytest.raises(ConfigError, match="unpacked cannot be kept"):
        found.keep(house.home)
    assert house.home.inbox("mara", "letterboxd").newest("export").made == before.examined.made


def test_a_damaged_copy_is_healed_by_importing_the_same_again(house):
    house.mara.log(house["m1"], "2024-11-30")
    kept = house.home.inbox("mara", "letterboxd")
    house.hand_in()
    path = kept.newest("export").path
    path.write_bytes(path.read_bytes()[:300])
    assert house.sync(yes=True).problems
    found = handed_in(house.home, {"letterboxd": service("letterboxd")}, house.folder / "letterboxd.zip", Said())
    assert not found.again
    found.keep(house.home)
    house.later(HOUR)
    house.sync(yes=True)
    assert len(house.plays("m1")) == 1
