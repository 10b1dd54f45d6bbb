"""The bulletin in about 150 characters, to paste into a work group."""

from progress import tally
from progress.models import Bulletin
from progress.queries.report import GROUPS, Column, Row

NAMED = 3  # units named from the top and from the bottom of a class


def number(bulletin: Bulletin) -> str:
    """期号: the day's number in the campaign, with the revision when it is a corrected one."""
    days = (bulletin.day - bulletin.campaign.starts_on).days + 1
    return f"第{days}期" + (f"（更正第{bulletin.revision - 1}次）" if bulletin.revision > 1 else "")


def text(bulletin: Bulletin, column: Column, rows: list[Row], unit_class: str) -> str:
    """Numbers first: how far the unit is, who leads its class, who trails, what is left to do."""
    head = f"【智慧团建录入日通报{number(bulletin)}】截至{bulletin.day.month}月{bulletin.day.day}日"
    head += f"{bulletin.campaign.cutoff_time:%H:%M}，"
    own = [row for row in rows if row.shown.is_own]
    sentences = [_own(row) for row in own] or [f"“{column.label}”录入情况如下。"]
    ranked = [row for row in rows if row.rank is not None and row.shown.unit_class == unit_class]
    if ranked:
        sentences.append(_ends(ranked, GROUPS[unit_class]))
    sentences += [_left(row) for row in own if row.figures.days_left]
    return head + "".join(sentences)


def _own(row: Row) -> str:
    change = row.figures.delta_1
    since = "" if change is None else f"，较昨日{'增加' if change >= 0 else '减少'}{abs(change):,}"
    known = row.expected is not None
    share = f"，应录{row.expected:,}，录入率{tally.percent(row.figures.rate)}" if known else ""
    return f"{row.shown.name}“{row.column.label}”已录入{row.entered:,}{share}{since}。"


def _ends(ranked: list[Row], group: str) -> str:
    named = "、".join(_named(row) for row in ranked[:NAMED])
    last = ranked[max(NAMED, len(ranked) - NAMED) :]
    trailing = "；靠后：" + "、".join(_named(row) for row in last) if last else ""
    return f"{group}居前：{named}{trailing}。"


def _named(row: Row) -> str:
    return f"{row.shown.name}{tally.percent(row.figures.rate)}"


def _left(row: Row) -> str:
    needed = row.figures.needed_per_day
    pace = f"，日均还需录入{needed:,}" if needed else ""
    return f"距截止还有{row.figures.days_left}天{pace}。"
