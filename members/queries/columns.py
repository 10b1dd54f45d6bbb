"""The columns a roster may show, on the page and in a workbook; which of them somebody has chosen."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from zhtj.lib import crypto, days, masks

from members.models import Member, RosterColumns
from members.rules import shown
from orgs.models import User


@dataclass(frozen=True, slots=True)
class Row:
    """A member with what stands beside the record: the posts held in the branch."""

    member: Member
    post: str = ""
    is_full: bool = False  # ids and mobiles as they are, which somebody has allowed and audited


@dataclass(frozen=True, slots=True)
class Column:
    key: str
    header: str
    value: Callable[[Row], str]
    width: float = 12  # of the column in a workbook


def _national_id(row: Row) -> str:
    national_id = crypto.unseal(row.member.person.id_sealed)
    return national_id if row.is_full else masks.mask_id(national_id)


def _mobile(row: Row) -> str:
    return row.member.person.mobile if row.is_full else row.member.person.masked_mobile


def _stored(name: str) -> Callable[[Row], str]:
    return lambda row: shown(name, getattr(row.member, name))


def _of_person(name: str) -> Callable[[Row], str]:
    return lambda row: shown(name, getattr(row.member.person, name))


def _day(name: str) -> Callable[[Row], str]:
    def value(row: Row) -> str:
        moment = getattr(row.member, name)
        return f"{days.day_of(moment):%Y-%m-%d}" if moment else ""

    return value


# The name and the branch lead every row; what follows is a choice.
NAME = Column("full_name", "姓名", lambda row: row.member.person.full_name)
BRANCH = Column("branch", "团支部", lambda row: row.member.branch.short_name, 28)
CODE = Column("code", "组织编码", lambda row: row.member.branch.code, 18)
LEFT = Column(
    "left",
    "移出",
    lambda row: f"{_day('until_at')(row)} {row.member.get_left_reason_display()}".strip(),
    22,
)
COLUMNS: dict[str, Column] = {
    column.key: column
    for column in (
        Column("national_id", "身份证号码", _national_id, 21),
        Column("sex", "性别", lambda row: row.member.person.get_sex_display(), 6),
        Column("birth_on", "出生日期", lambda row: f"{row.member.person.birth_on:%Y-%m-%d}"),
        Column("ethnicity", "民族", _of_person("ethnicity"), 9),
        Column("political_status", "政治面貌", lambda row: row.member.person.get_political_status_display()),
        Column("joined_on", "入团年月", _stored("joined_on")),
        Column("development_number", "发展团员编号", _stored("development_number"), 18),
        Column("post", "团内职务", lambda row: row.post),
        Column("mobile", "手机号码", _mobile, 14),
        Column("education", "文化程度", _of_person("education")),
        Column("workplace", "学习工作单位", _of_person("workplace"), 26),
        Column("application_form", "入团志愿书", _stored("application_form")),
        Column("member_card", "团员证", _stored("member_card")),
        Column("transfer_letter", "组织关系介绍信", _stored("transfer_letter"), 16),
        Column("attested_at", "材料确认日期", _day("attested_at"), 14),
        Column("joined_party_on", "入党年月", _of_person("joined_party_on")),
        Column("is_volunteer", "注册志愿者", _of_person("is_volunteer")),
        Column("from_at", "录入日期", _day("from_at")),
    )
}
ON_PAGE = (
    "national_id",
    "sex",
    "birth_on",
    "ethnicity",
    "political_status",
    "joined_on",
    "post",
)
IN_WORKBOOK = (*ON_PAGE[:6], "development_number", "post", "mobile", "education")


def columns_of(user: User | None) -> tuple[Column, ...]:
    """What this account has chosen to see on the roster page. One query."""
    chosen = RosterColumns.objects.filter(user=user).values_list("columns", flat=True).first()
    return named(ON_PAGE if chosen is None else chosen)


def named(keys: Sequence[str]) -> tuple[Column, ...]:
    """The columns of these keys in the order of the catalogue; unknown ones are left out."""
    wanted = set(keys)
    return tuple(column for key, column in COLUMNS.items() if key in wanted)
