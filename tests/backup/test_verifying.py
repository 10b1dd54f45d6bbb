"""What is no backup, damaged, forged or of another place is refused by a sentence; no database is asked."""

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from zhtj import backup
from zhtj.backup import container, state
from zhtj.backup.container import BLOCK, MAGIC

from tests.backup import handmade

ROWS = {"axes_accesslog": b"1\tx\n2\ty\n"}
FILES = {"members/0123": b"sealed" * 100, "empty": b""}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return handmade.write(tmp_path / "a.backup", rows=ROWS, files=FILES)


def code(path: Path) -> str:
    with pytest.raises(backup.BackupRefused) as refused:
        backup.verify(path)
    assert refused.value.sentence.endswith("。")
    return refused.value.code


def test_a_whole_one_is_told_with_its_rows_and_files(path: Path) -> None:
    found = backup.verify(path)
    assert (found.rows["axes_accesslog"], sum(found.rows.values()), found.files) == (2, 2, 2)
    assert found.made_at.isoformat() == handmade.MADE_AT


def test_nothing_of_the_rows_can_be_read_without_the_key(path: Path) -> None:
    handmade.write(path, rows={"orgs_person": "张三\t13800000000\n".encode() * 50})
    told = path.read_bytes()
    assert "张三".encode() not in told and b"13800000000" not in told


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 a workbook", b"ZHTJ", MAGIC[:-1]], ids=repr)
def test_another_file_is_no_backup(path: Path, data: bytes) -> None:
    path.write_bytes(data)
    assert code(path) == "backup.not_one"


def test_wherever_it_is_cut_off_it_is_damaged(path: Path) -> None:
    data = path.read_bytes()
    header = data.index(b"\n", data.index(b"\n") + 1)
    for length in (
        len(MAGIC) + 2,
        header // 2,
        header,
        header + 3,
        len(data) // 2,
        len(data) - 33,
        len(data) - 1,
    ):
        path.write_bytes(data[:length])
        assert code(path) == "backup.damaged", length


def test_wherever_a_bit_is_flipped_it_is_damaged(path: Path) -> None:
    data = path.read_bytes()
    dice = random.Random(2018)
    for place in [len(MAGIC) + 3, len(data) - 1, *dice.sample(range(len(MAGIC) + 2, len(data)), 20)]:
        path.write_bytes(data[:place] + bytes([data[place] ^ 1 << dice.randrange(8)]) + data[place + 1 :])
        assert code(path) == "backup.damaged", place


def test_something_behind_the_end_is_damage(path: Path) -> None:
    path.write_bytes(path.read_bytes() + b"x")
    assert code(path) == "backup.damaged"


def frames(data: bytes) -> tuple[bytes, list[bytes]]:
    """The head and the frames."""
    at = data.index(b"\n", data.index(b"\n") + 1) + 1
    head, found = data[:at], []
    while at < len(data) - 32:
        end = at + 5 + int.from_bytes(data[at + 1 : at + 5])
        found.append(data[at:end])
        at = end
    return head, found


FORGERIES: dict[str, Callable[[list[bytes]], list[bytes]]] = {
    "one left out": lambda frames: frames[:4] + frames[5:],
    "two swapped": lambda frames: [*frames[:3], frames[4], frames[3], *frames[5:]],
    "one twice": lambda frames: [*frames[:3], frames[2], *frames[3:]],
    "the last ones left out": lambda frames: frames[:-3] + frames[-1:],
    "the end left out": lambda frames: frames[:-1],
    "data called an end": lambda frames: [
        b"E" + frame[1:] if frame[:1] == b"D" else frame for frame in frames
    ],
    "a frame of 4 GB": lambda frames: [frames[0][:1] + b"\xff\xff\xff\xff" + frames[0][5:], *frames[1:]],
}


@pytest.mark.parametrize("forgery", FORGERIES.values(), ids=FORGERIES)
def test_whoever_has_no_key_cannot_forge_one_though_the_sum_is_right(
    path: Path, forgery: Callable[[list[bytes]], list[bytes]]
) -> None:
    head, found = frames(path.read_bytes())
    path.write_bytes(handmade.summed_anew(head + b"".join(forgery(found)) + bytes(32)))
    assert code(path) == "backup.damaged"


def test_the_head_of_another_backup_does_not_fit(path: Path, tmp_path: Path) -> None:
    other = handmade.write(tmp_path / "b.backup", made_at="2018-11-24T02:00:00+00:00")
    head, _ = frames(other.read_bytes())
    _, found = frames(path.read_bytes())
    path.write_bytes(handmade.summed_anew(head + b"".join(found) + bytes(32)))
    assert code(path) == "backup.damaged"


def test_under_another_field_key_both_fingerprints_are_told(path: Path, settings: Any) -> None:
    settings.ZHTJ_FIELD_KEY = "another-field-key-for-tests-only-012345"
    with pytest.raises(backup.BackupRefused) as refused:
        backup.verify(path)
    assert refused.value.code == "backup.other_key" and "ZHTJ_FIELD_KEY" in refused.value.sentence


def test_a_backup_of_a_newer_program_says_so(path: Path) -> None:
    later = [*sorted(handmade.state.known()), "members.0999_later"]
    handmade.write(path, migrations=later)
    with pytest.raises(backup.BackupRefused, match=r"members\.0999_later") as refused:
        backup.verify(path)
    assert refused.value.code == "backup.newer"


def test_steps_and_the_one_migration_that_gathers_them_are_the_same(path: Path) -> None:
    names, gathers = state._on_disk()
    one, steps = next((one, steps) for one, steps in gathers.items() if one in names)
    handmade.write(path, migrations=sorted(names - {one} | steps))
    backup.verify(path)
    handmade.write(path, migrations=sorted(names - {one} | set(sorted(steps)[1:])))
    assert code(path) in ("backup.newer", "backup.older")


def test_so_does_a_newer_format(path: Path) -> None:
    path.write_bytes(path.read_bytes().replace(MAGIC + b"1", MAGIC + b"2", 1))
    assert code(path) == "backup.newer"


def test_a_backup_of_an_older_program_says_what_to_do(path: Path) -> None:
    handmade.write(path, migrations=sorted(handmade.state.known())[:-1])
    with pytest.raises(backup.BackupRefused, match=r"manage\.py migrate") as refused:
        backup.verify(path)
    assert refused.value.code == "backup.older"


NAMES = [
    "../x",
    "/x",
    "a/../../x",
    "a//x",
    "./x",
    ".x",
    "a/.half-x",
    "a\\..\\x",
    "a\0x",
    "C:x",
    "",
    "a\nx",
    "x" * 500,
]


@pytest.mark.parametrize("name", NAMES, ids=repr)
def test_a_file_that_would_leave_its_folder_is_refused(path: Path, name: str) -> None:
    handmade.write(path, files={name: b"x"})
    assert code(path) == "backup.damaged"


@pytest.mark.parametrize(
    "otherwise",
    [
        {"without": "orgs_person"},
        {"twice": "orgs_person"},
        {"columns": {"orgs_person": ["id"]}},
        {"columns": {"orgs_person": ["id; DROP TABLE orgs_person"]}},
        {"claimed_rows": 1},
        {"made_at": "yesterday"},
    ],
    ids=str,
)
def test_what_does_not_add_up_is_refused_though_it_was_sealed_with_the_key(
    path: Path, otherwise: dict[str, Any]
) -> None:
    assert code(handmade.write(path, **otherwise)) == "backup.damaged"


def test_a_block_that_unpacks_to_twenty_megabytes_is_refused_unread(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(container, "BLOCK", 20_000_000)
        handmade.write(path, files={"bomb": bytes(20_000_000)})
    assert path.stat().st_size < 1_000_000
    largest = 0
    frame = container.Reader._frame

    def looked_at(self: container.Reader) -> tuple[bytes, bytes]:
        nonlocal largest
        kind, content = frame(self)
        largest = max(largest, len(content))
        return kind, content

    monkeypatch.setattr(container.Reader, "_frame", looked_at)
    assert code(path) == "backup.damaged"
    assert largest <= BLOCK
