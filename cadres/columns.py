"""The columns of a roster, declared once: the same words on page, paper and sheet; ids and mobiles masked,
unless an export of whole ones was allowed.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from zhtj.lib import crypto

from cadres.models import Cadre
from cadres.rules import term


@dataclass(frozen=True, slots=True)
class RosterColumn:
    """One column that may be shown besides name and unit."""

    key: str
    label: str
    show: Callable[[Cadre, dt.date], str]
    width: int = 12
    is_text: bool = False
    is_usual: bool = False  # shown unless somebody chooses
    whole: Callable[[Cadre], str] | None = None  # of what `show` masks


def _month(day: dt.date | None) -> str:
    return f"{day:%Y-%m}" if day else ""


COLUMNS: tuple[RosterColumn, ...] = (
    RosterColumn("post", "团内职务", lambda cadre, _: cadre.post, is_usual=True),
    RosterColumn("engagement", "团干部性质", lambda cadre, _: cadre.get_engagement_display(), is_usual=True),
    RosterColumn("appointed_on", "任职年月", lambda cadre, _: _month(cadre.appointed_on), is_usual=True),
    RosterColumn("term", "任期", lambda cadre, today: term(cadre.appointed_on, today)),
    RosterColumn(
        "national_id",
        "身份证号码",
        lambda cadre, _: cadre.person.masked_id,
        22,
        is_text=True,
        is_usual=True,
        whole=lambda cadre: crypto.unseal(cadre.person.id_sealed),
    ),
    RosterColumn("sex", "性别", lambda cadre, _: cadre.person.get_sex_display(), 6),
    RosterColumn("birth_on", "出生日期", lambda cadre, _: f"{cadre.person.birth_on:%Y-%m-%d}"),
    RosterColumn("ethnicity", "民族", lambda cadre, _: cadre.person.ethnicity, 10),
    RosterColumn(
        "political_status", "政治面貌", lambda cadre, _: cadre.person.get_political_status_display(), 14
    ),
    RosterColumn("joined_on", "入团年月", lambda cadre, _: _month(cadre.joined_on)),
    RosterColumn("education", "文化程度", lambda cadre, _: cadre.person.education),
    RosterColumn(
        "mobile",
        "手机号码",
        lambda cadre, _: cadre.person.masked_mobile if cadre.person.mobile else "",
        14,
        is_text=True,
        whole=lambda cadre: cadre.person.mobile,
    ),
    RosterColumn("workplace", "学习工作单位", lambda cadre, _: cadre.person.workplace, 22),
    RosterColumn("state", "核对状态", lambda cadre, _: cadre.get_state_display(), 10, is_usual=True),
)
BY_KEY = {column.key: column for column in COLUMNS}
USUAL = tuple(column.key for column in COLUMNS if column.is_usual)


def chosen(keys: Iterable[str]) -> list[RosterColumn]:
    """The columns of these keys in the order of the table; the usual ones where none is known."""
    wanted = set(keys) & set(BY_KEY) or set(USUAL)
    return [column for column in COLUMNS if column.key in wanted]


def cells(cadre: Cadre, columns: Sequence[RosterColumn], today: dt.date, *, full: bool = False) -> list[str]:
    """What the columns say of one post; `person` loaded. `full`: nothing masked."""
    return [column.whole(cadre) if full and column.whole else column.show(cadre, today) for column in columns]
