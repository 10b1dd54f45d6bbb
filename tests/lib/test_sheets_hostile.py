"""Files that mean harm: refused or harmless, under 3 seconds and 300 MB, nothing fetched, nothing shown."""

import io
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from zhtj.lib.sheets import Limits, SheetRefused, find_table, read_rows
from zhtj.lib.workbook import Column

from tests import workbooks
from tests.workbooks import from_sheet_xml, table, text_cell, with_part, xlsx

ROSTER = table("姓名|民族\n张三|汉族")
SECONDS, MEGABYTES = 3, 300
ROOT = Path(__file__).resolve().parents[2]


def lying_sizes() -> bytes:
    """A bomb whose directory says that it is small."""
    data = bytearray(workbooks.zip_bomb(210 << 20))
    size = (210 << 20) + len("<worksheet></worksheet>")
    at = data.rindex(size.to_bytes(4, "little"))
    data[at : at + 4] = (1000).to_bytes(4, "little")
    return bytes(data)


def many_small_bombs() -> bytes:
    """Each part packed within reason, together too much."""
    row = b"<row r='%d' spans='1:20'>" + b"<c s='1'><v>1</v></c>" * 20 + b"</row>"
    part = b"<x>" + b"".join(row % number for number in range(60_000)) + b"</x>"
    names = [f"xl/worksheets/sheet{number}.xml" for number in range(9)]
    return workbooks.package(dict.fromkeys(names, part) | {"xl/workbook.xml": b"<x/>"})


def crowd_of_entries() -> bytes:
    return workbooks.package({f"xl/{number}.xml": "<x/>" for number in range(6_000)})


def twice_the_same_part() -> bytes:
    with pytest.warns(UserWarning, match="Duplicate"):
        return with_part(xlsx(ROSTER), "xl/workbook.xml", b"<workbook/>")


def huge_cell() -> bytes:
    """10 MB in one cell, packed within reason."""
    text = "".join(f"{number:07d}" for number in range(10 * 1024 * 1024 // 7))
    return from_sheet_xml(f'<row r="1">{text_cell("A1", text)}</row>')


def huge_cell_of_many_runs() -> bytes:
    runs = "".join(f"<r><t>{number}</t></r>" for number in range(10**6, 2 * 10**6))
    return from_sheet_xml('<row r="1"><c r="A1" t="s"><v>0</v></c></row>', shared_strings=f"<si>{runs}</si>")


def far_too_many_rows() -> bytes:
    return from_sheet_xml(
        "".join(
            f'<row r="{n}"><c r="A{n}"><v>{n}</v></c><c r="V{n}"><v>1</v></c></row>'
            for n in range(1, 300_001)
        )
    )


def rows_in_disorder() -> bytes:
    """The far row comes first, so that the last row tag looks harmless."""
    far = f'<row r="1048576">{text_cell("XFD1048576", "x")}</row>'
    return from_sheet_xml(
        far + "".join(f'<row r="{n}">{text_cell(f"A{n}", "x" * 9)}</row>' for n in range(1, 40_000))
    )


def doctype_after_a_long_comment() -> bytes:
    return from_sheet_xml("", doctype=f'<!--{"x" * 200_000}--><!DOCTYPE worksheet [<!ENTITY a "b">]>')


def measured(data: bytes, tmp_path: Path) -> tuple[str, float, int]:
    """What a fresh process says of the file, the processor seconds it took (others may
    be busy on this machine), the most MB any of its processes held."""
    path = tmp_path / "x.xlsx"
    path.write_bytes(data)
    script = """if True:
        import re, resource, sys
        from pathlib import Path
        from zhtj.lib.sheets import SheetRefused, read_rows
        try:
            said = read_rows(sys.argv[1], "x.xlsx")[0].row_count
        except SheetRefused as error:
            said = error.code
        own = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
        used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
        print(said, sum(u.ru_utime + u.ru_stime for u in used), max(own, used[1].ru_maxrss) // 1024)
    """
    done = subprocess.run(
        [sys.executable, "-c", script, path], cwd=ROOT, capture_output=True, text=True, check=True
    )
    said, seconds, megabytes = done.stdout.split()
    return said, float(seconds), int(megabytes)


@pytest.mark.parametrize(
    ("make", "answer"),
    [
        (workbooks.zip_bomb, "file.unsafe"),
        (lying_sizes, "file.damaged"),
        (many_small_bombs, "file.unpacks_too_big"),
        (crowd_of_entries, "file.unsafe"),
        (workbooks.billion_laughs, "file.unsafe"),
        (workbooks.external_entity, "file.unsafe"),
        (doctype_after_a_long_comment, "file.unsafe"),
        (workbooks.far_corner, "2"),
        (rows_in_disorder, "file.too_complex"),
        (lambda: workbooks.phantom_rows(ROSTER), "2"),
        (far_too_many_rows, "50011"),
        (huge_cell, "file.cell_too_long"),
        (huge_cell_of_many_runs, "file.cell_too_long"),
        (twice_the_same_part, "file.unsafe"),
    ],
)
def test_hostile_files_are_answered_in_bounded_time_and_memory(
    make: Callable[[], bytes], answer: str, tmp_path: Path
) -> None:
    said, seconds, megabytes = measured(make(), tmp_path)
    assert said == answer
    assert seconds < SECONDS
    assert megabytes < MEGABYTES


@pytest.mark.parametrize(
    "name", ["../../etc/cron.d/x", "/etc/passwd", "xl\\..\\..\\x", "C:x", "xl/../../x.xml"]
)
def test_parts_that_point_out_of_the_archive_are_refused(name: str) -> None:
    with pytest.raises(SheetRefused) as caught:
        read_rows(with_part(xlsx(ROSTER), name), "x.xlsx")
    assert caught.value.code == "file.unsafe"


def test_an_encrypted_part_is_a_password() -> None:
    data = bytearray(xlsx(ROSTER))
    for signature, flags in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        at = -1
        while (at := data.find(signature, at + 1)) >= 0:
            data[at + flags] |= 1
    with pytest.raises(SheetRefused) as caught:
        read_rows(bytes(data), "x.xlsx")
    assert caught.value.code == "file.password"


def test_nothing_of_another_file_is_ever_shown(tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("top secret")
    with pytest.raises(SheetRefused) as caught:
        read_rows(workbooks.external_entity(secret.as_uri()), "x.xlsx")
    assert "secret" not in caught.value.message


def test_a_stray_value_in_the_last_row_is_read_where_it_stands() -> None:
    cells = "".join(text_cell(f"{letter}1048576", letter) for letter in "AV")
    data = from_sheet_xml(f'<row r="1">{text_cell("A1", "姓名")}</row><row r="1048576">{cells}</row>')
    (sheet,) = read_rows(data, "x.xlsx")
    number, row = sheet.rows[1]
    assert (number, row[0], row[21], sheet.row_count) == (1_048_576, "A", "V", 2)


def test_phantom_rows_between_rows_with_values_do_not_shift_numbers_or_hide_hidden_rows() -> None:
    phantom = "".join(f'<row r="{n}" hidden="1"><c r="A{n}" s="0"/></row>' for n in range(2, 70_000))
    rows = f'<row r="1">{text_cell("A1", "姓名")}</row>{phantom}'
    rows += f'<row r="70001" hidden="true">{text_cell("B70001", "x")}</row>'
    (sheet,) = read_rows(from_sheet_xml(rows + '<row r="70002"/><row r="70009" ht="3"/>'), "x.xlsx")
    assert sheet.rows == [(1, ["姓名"]), (70_001, [None, "x"])]
    assert sheet.hidden_row_count == 1


def test_a_sheet_with_prefixed_names_is_closed_up_as_well() -> None:
    body = (
        f'<x:worksheet xmlns:x="{workbooks.MAIN}"><x:sheetData>'
        '<x:row r="1"><x:c r="A1"><x:v>5</x:v></x:c></x:row>'
        '<x:row r="1000000"><x:c r="Z1000000"><x:v>6</x:v></x:c></x:row><x:row r="1000001"/>'
        "</x:sheetData></x:worksheet>"
    )
    data = workbooks.changed(from_sheet_xml(""), "xl/worksheets/sheet1.xml", lambda _: body.encode())
    (sheet,) = read_rows(data, "x.xlsx")
    assert sheet.rows == [(1, [5.0]), (1_000_000, [None] * 25 + [6.0])]


def test_more_rows_than_the_limit_are_refused_by_name_wherever_they_stand() -> None:
    columns = [Column("full_name", "姓名", required=True)]
    names = "".join(f'<row r="{n}">{text_cell(f"A{n}", "张三")}</row>' for n in range(100_002, 100_008))
    data = from_sheet_xml(f'<row r="1">{text_cell("A1", "姓名")}</row>{names}')
    enough, short = Limits(rows=6), Limits(rows=5)
    assert len(find_table(read_rows(data, "x", limits=enough), columns, limits=enough).rows()) == 6
    with pytest.raises(SheetRefused) as caught:
        find_table(read_rows(data, "x", limits=short), columns, limits=short)
    assert caught.value.code == "file.too_many_rows"


def test_the_bomb_is_a_bomb() -> None:
    with zipfile.ZipFile(io.BytesIO(workbooks.zip_bomb())) as archive:
        assert sum(entry.file_size for entry in archive.infolist()) > 600 << 20
