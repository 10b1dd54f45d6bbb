"""Which posts there are at which kind of unit, and what is wrong with an appointment.

Specification: domain, section 4 (Posts) and section 8; notice, annex 1-3. Pure.
"""

import datetime as dt

from zhtj.lib.problems import Catalogue, Problem, Rule

from orgs.kinds import LEADING_ORGANS, UnitKind

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
ENGAGEMENTS = {"专职": "full_time", "挂职": "seconded", "兼职": "part_time"}  # as read → as stored

_LEAGUE_POSTS = "附件第一至三条"
CODES = Catalogue(
    [
        Rule("post.missing", "没有填写团内职务。", "团干部必须填写团内职务，例如“书记”。", _LEAGUE_POSTS),
        Rule(
            "post.unknown",
            "“{value}”不是可选的团内职务。",
            "请从下拉列表中选择：{posts}。",
            _LEAGUE_POSTS,
        ),
        Rule(
            "post.not_at_this_kind",
            "{kind}没有“{value}”这一职务。",
            "{kind}的职务有：{posts}。请改为其中之一。",
            _LEAGUE_POSTS,
        ),
        Rule(
            "engagement.missing",
            "没有填写团干部性质。",
            "领导机关的团干部必须填写：专职、挂职或兼职。",
            "一、工作安排 第1条",
        ),
        Rule(
            "engagement.unknown",
            "“{value}”不是可选的团干部性质。",
            "请填写：专职、挂职或兼职。",
            "一、工作安排 第1条",
        ),
        Rule(
            "appointed_on.format",
            "任职年月“{value}”无法识别。",
            "请写成 2018-09 这样的年月，单元格设为文本。",
            "国家系统惯例",
        ),
        Rule("appointed_on.future", "任职年月{value}晚于今天。", "请核对任职年月。", "国家系统惯例"),
    ]
)


def check_post(kind: str, post: str, *, required: bool = True) -> list[Problem]:
    """Is `post` one that a unit of `kind` has?"""
    if not post:
        return [CODES.problem("post.missing")] if required else []
    posts = POSTS_AT[kind]
    if post in posts:
        return []
    if post in ALL_POSTS:
        return [
            CODES.problem(
                "post.not_at_this_kind", value=post, kind=UnitKind(kind).label, posts="、".join(posts)
            )
        ]
    return [CODES.problem("post.unknown", value=post, posts="、".join(posts))]


def check_engagement(kind: str, engagement: str) -> list[Problem]:
    """Leading organs must say whether full-time, seconded or part-time; elsewhere it is optional."""
    if kind in LEADING_ORGANS and not engagement:
        return [CODES.problem("engagement.missing")]
    return []


def check_appointed_on(appointed_on: dt.date | None, today: dt.date) -> list[Problem]:
    """Nobody was appointed tomorrow."""
    if appointed_on and appointed_on > today:
        return [CODES.problem("appointed_on.future", value=f"{appointed_on:%Y-%m}")]
    return []
