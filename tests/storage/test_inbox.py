"""The inbox keeps what was handed in, and only that: it heals what was damaged, and minds nothing that others put there."""

import os
import zipfile

import pytest

from watchweave.storage.inbox import Inbox

TABLE = b"name\r\nHeat\r\n"


@pytest.fixture
def box(tmp_path):
    return Inbox(tmp_path / "box")


@pytest.fixture
def export(tmp_path):
    """A folder that an export was unpacked to."""
    folder = tmp_path / "export"
    (folder / "likes").mkdir(parents=True)
    (folder / "diary.csv").write_bytes(TABLE)
    (folder / "likes" / "films.csv").write_bytes(TABLE)
    return folder


def packed(handed):
    with zipfile.ZipFile(handed.path) as archive:
        return {info.filename: info for info in archive.infolist()}


def test_of_a_folder_only_what_an_export_consists_of_is_kept(box, export):
    (export / "holiday.jpg").write_bytes(b"x")
    assert set(packed(box.hand_in(export, "export", 5))) == {"diary.csv", "likes/films.csv"}


def test_a_table_that_says_one_thing_often_is_not_packed_like_a_bomb(box, export):
    (export / "diary.csv").write_bytes(TABLE + b"a " * 500_000)
    assert all(info.file_size <= 100 * info.compress_size for info in packed(box.hand_in(export, "export", 5)).values())


def test_a_name_in_an_old_writing_is_kept_in_ours(box, export):
    (export / os.fsdecode(b"caf\xe9.csv")).write_bytes(TABLE)
    assert "café.csv" in packed(box.hand_in(export, "export", 5))


def test_a_packed_folder_that_cannot_be_used_replaces_nothing(box, export):
    before = box.hand_in(export, "export", 5)
    (export / "diary.csv").write_bytes(TABLE * 2)

    def refuse(path):
        assert zipfile.is_zipfile(path)
        raise LookupError

    with pytest.raises(LookupError):
        box.hand_in(export, "export", 6, refuse)
    assert box.newest("export") == before
    assert list(box.folder.iterdir()) == [before.path]


@pytest.mark.parametrize("folder", [True, False])
def test_a_damaged_copy_is_replaced_by_handing_in_the_same_again(box, export, folder):
    path = export if folder else export / "diary.csv"
    kept = box.hand_in(path, "export", 5)
    good = kept.path.read_bytes()
    assert kept.whole
    kept.path.write_bytes(good[: len(good) // 2])
    assert not kept.whole
    again = box.hand_in(path, "export", 5)
    assert (again, again.whole) == (kept, True)


@pytest.mark.parametrize(
    "name",
    [
        "export@²-a.zip",
        "export@--5-a.zip",
        "export@9-abc.zip",
        "notes@home-x.txt",
        f"x@{'9' * 30}-0123456789abcdef.csv",
    ],
)
def test_what_is_not_ours_is_not_read(box, export, name):
    kept = box.hand_in(export, "export", 5)
    (box.folder / name).write_bytes(b"x")
    assert (box.labels(), box.newest("export")) == (["export"], kept)


@pytest.mark.parametrize("label", ["list vol. 2", "list a@b-c", "list café/1"])
def test_a_label_is_kept_to_the_letter(box, tmp_path, label):
    path = tmp_path / "list"
    path.write_bytes(TABLE)
    box.hand_in(path, label, 5)
    assert box.labels() == [label]


def test_a_file_that_is_called_a_part_is_a_file_all_the_same(box, tmp_path):
    path = tmp_path / "export.part"
    path.write_bytes(TABLE)
    box.hand_in(path, "export", 5)
    assert box.labels() == ["export"]
