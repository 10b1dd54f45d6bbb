"""The demo workbook: the member list of the demo branch as a secretary might really send it.

Forty rows: most are good though written in every way people write, the others hold the usual
faults. Its people never change, so the file is shipped beside this module;
`python -m zhtj.demo.workbook` writes it anew.
"""

import datetime as dt
from collections.abc import Iterator, Sequence
from pathlib import Path

from zhtj.demo.identities import Identity, name, national_id
from zhtj.lib.sheets import HeaderCell, SheetOut, write_workbook
from zhtj.lib.workbook import Cell

FILE = Path(__file__).with_name("团员录入示例.xlsx")
REGION = "410106"  # no region of the demo crowd: these ids are nobody else's

HEADERS = (
    "姓名",
    "身份证号码",
    "民族",
    "政治面貌",
    "入团年月",
    "是否为团干部",
    "团内职务",
    "发展团员编号",
    "入团志愿书",
    "手机号码",
)
REQUIRED = 6
NAME, ID, ETHNICITY, JOINED, IS_CADRE, POST, NUMBER = 0, 1, 2, 4, 5, 6, 7
GOOD, MENDABLE, TO_RECTIFY = 29, 9, 2

Cells = list[Cell]

_POSTS = {0: "书记", 1: "组织委员", 2: "宣传委员"}
_MONTHS = ("{y}-{m:02d}", "{y}年{m}月", "{y}/{m}", "{y}.{m:02d}", "{y}{m:02d}")


def person(number: int) -> Identity:
    """The person of good row `number`."""
    birth_on = dt.date(2002, 9, 1) + dt.timedelta(days=number * 9)
    serial = 101 + number
    return Identity(national_id(REGION, birth_on, serial), name(7_000 + number), birth_on, serial % 2 == 1)


# Stands in the workbook although already a member of another branch of the demo.
ELSEWHERE = person(60)


def rows() -> list[Cells]:
    """All forty, the faults where the table below puts them."""
    cells = [_good(number) for number in range(38)]
    for place, fault in FAULTS.items():
        fault(cells[place])
    cells.insert(24, list(cells[12]))  # the same person twice: both rows say so
    cells.insert(31, _good(60))
    return cells


def write(target: Path = FILE) -> None:
    header = [
        HeaderCell(text, required=place < REQUIRED, width=20 if place in (ID, NUMBER) else 13, is_text=True)
        for place, text in enumerate(HEADERS)
    ]
    title, note = "高一(1)班团支部团员信息", "（示例：其中有几行故意填错）"
    write_workbook(target, [SheetOut("团员名单", header, _as_rows(), [note], title)])


def _as_rows() -> Iterator[Sequence[Cell]]:
    yield from rows()


def _good(number: int) -> Cells:
    who = person(number)
    year, month = 2017 + number % 2, 3 + number % 8
    post = _POSTS.get(number, "")
    return [
        f"{who.full_name[0]} {who.full_name[1]}"
        if number % 13 == 5 and len(who.full_name) == 2
        else who.full_name,
        f"'{who.national_id}" if number % 11 == 3 else who.national_id.lower(),
        "汉" if number % 4 == 1 else "汉族",
        "团员" if number % 5 == 2 else "共青团员",
        _MONTHS[number % len(_MONTHS)].format(y=year, m=month),
        "是" if post else "否",
        post or None,
        f"{year}41{990_000 + number:06d}",
        "有",
        f"1380000{number:04d}",
    ]


def _lost_digits(row: Cells) -> None:
    row[ID] = "4.10106E+17"


def _wrong_checksum(row: Cells) -> None:
    text = str(row[ID])
    row[ID] = text[:-1] + ("1" if text[-1] != "1" else "2")


def _month_as_number(row: Cells) -> None:
    row[JOINED] = 2018.1


def _unknown_ethnicity(row: Cells) -> None:
    row[ETHNICITY] = "中华民族"


def _no_name(row: Cells) -> None:
    row[NAME] = None


def _no_such_post(row: Cells) -> None:
    row[IS_CADRE], row[POST] = "是", "班长"


def _too_young(row: Cells) -> None:
    """Joined before the 13th birthday, under the strict rule."""
    row[ID] = national_id(REGION, dt.date(2005, 11, 20), 777)
    row[JOINED], row[NUMBER] = "2018-05", "201841990777"


def _no_number(row: Cells) -> None:
    row[NUMBER] = None


FAULTS = {
    4: _lost_digits,
    9: _wrong_checksum,
    14: _month_as_number,
    17: _unknown_ethnicity,
    21: _no_name,
    26: _no_such_post,
    29: _too_young,
    33: _no_number,
}

if __name__ == "__main__":
    write()
