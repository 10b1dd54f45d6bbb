"""Which posts there are at which kind of unit. Pure: a literal table (domain, section 4)."""

import datetime as dt

from orgs import identity
from orgs.kinds import UnitKind

SECRETARY = "书记"
COMMITTEE_POSTS = (SECRETARY, "副书记", "常委", "委员", "候补委员", "工作人员")
POSTS_AT: dict[str, tuple[str, ...]] = {
    UnitKind.PROVINCE_COMMITTEE: COMMITTEE_POSTS,
    UnitKind.CITY_COMMITTEE: COMMITTEE_POSTS,
    UnitKind.COUNTY_COMMITTEE: COMMITTEE_POSTS,
    UnitKind.COMMITTEE: COMMITTEE_POSTS,
    UnitKind.WORKING_COMMITTEE: COMMITTEE_POSTS,
    UnitKind.GENERAL_BRANCH: (SECRETARY, "副书记", "委员", "工作人员"),
    UnitKind.BRANCH: (
        SECRETARY,
        "副书记",
        "组织委员",
        "宣传委员",
        "文体委员",
        "生产委员",
        "权益委员",
        "志愿委员",
        "其他",
    ),
}
ALL_POSTS = frozenset(post for posts in POSTS_AT.values() for post in posts)
EVERY_POST = tuple(dict.fromkeys(post for posts in POSTS_AT.values() for post in posts))  # in order
ENGAGEMENTS = {"专职": "full_time", "挂职": "seconded", "兼职": "part_time"}  # as read → as stored

# Why somebody left a post, as offered and stored; the last but one says it never was so.
MISTAKEN = "录入有误"
DEPARTURES = ("工作调动", "挂职期满", "任期届满", "不再兼职", "辞职", "退休", MISTAKEN, "其他")


def term(appointed_on: dt.date | None, until: dt.date) -> str:
    """任期 in words: `2年3个月`; the month of appointment begins it. "" where it is not known."""
    if appointed_on is None or appointed_on > until:
        return ""
    years, months = divmod(identity.months_between(appointed_on, until), 12)
    return (f"{years}年" if years else "") + (f"{months}个月" if months or not years else "")


def rank(post: str) -> int:
    """The place of a post in who-is-who lists: secretaries first."""
    return EVERY_POST.index(post) if post in ALL_POSTS else len(EVERY_POST)
