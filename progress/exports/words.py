"""How figures and days are written in everything given out. Pure.

— stands for unknown; rates are cut to one decimal (`tally.percent`); changes carry an arrow and a sign.
"""

import datetime as dt
from collections.abc import Sequence

from progress import tally

UNKNOWN = "—"
MOST_EARLY = 10  # named of those with an early start

percent = tally.percent


def figure(value: float | None) -> str:
    """`12345` → `12,345`; None → `—`."""
    return UNKNOWN if value is None else f"{value:,}"


def explained(value: int | None) -> str:
    """`已说明12`; empty where nothing is explained."""
    return f"已说明{value:,}" if value else ""


def marks(explained_count: int | None, remarks: Sequence[str]) -> str:
    """What stands beside a name: `已说明12，超基数`; empty where there is nothing to say."""
    return "，".join(filter(None, (explained(explained_count), *remarks)))


def early(names: Sequence[str]) -> str:
    """`经批准同步推进：郑州团市委。`; empty where nobody has an early start."""
    more = f"等{len(names)}个单位" if len(names) > MOST_EARLY else ""
    return f"经批准同步推进：{'、'.join(names[:MOST_EARLY])}{more}。" if names else ""


def change(value: int | None) -> str:
    """`12` → `↑12`, `-3` → `↓3`, `0` → `0`, None → `—`."""
    if value is None:
        return UNKNOWN
    return f"{'↑' if value > 0 else '↓' if value < 0 else ''}{abs(value):,}"


def change_in_words(value: int | None) -> str:
    """`，较昨日增加12`; empty when yesterday is unknown."""
    if value is None:
        return ""
    if value == 0:
        return "，与昨日持平"
    return f"，较昨日{'增加' if value > 0 else '减少'}{abs(value):,}"


def day_in_words(day: dt.date) -> str:
    """`2018年11月6日`."""
    return f"{day.year}年{day.month}月{day.day}日"


def shares(count: int, most: int) -> list[int]:
    """How many rows each of the fewest possible pages gets when none may have more than `most`.

    `40, 30` → `[20, 20]`: even pages read better than a full one and a rest. None for nothing.
    """
    pages = -(-count // most)
    return [count // pages + (page < count % pages) for page in range(pages)] if pages else []
