"""The cast: one small province whose units and people the tests call by name.

河南团省委 ─ 郑州团市委 ─ 中原团区委 ─ 第一中学团委 (school) ─ 高一1班, 高一2班, 高一3班 团支部
          │                        └ 须水镇团委 (rural) ─ 小寨村团支部
          ├ 开封团市委 (the outsiders) ─ 开封高中团委 ─ 开高高一1班团支部
          └ 郑州大学团委
"""

from dataclasses import dataclass

from zhtj.lib import days

from orgs.kinds import Industry, UnitClass, UnitKind
from orgs.models import OrgUnit, User
from orgs.tree import NewUnit, graft

from tests import world

K = UnitKind


@dataclass(frozen=True, slots=True)
class Cast:
    province: OrgUnit
    city: OrgUnit
    county: OrgUnit
    committee: OrgUnit
    branch: OrgUnit
    second_branch: OrgUnit
    third_branch: OrgUnit
    town: OrgUnit
    village: OrgUnit
    other_city: OrgUnit
    other_committee: OrgUnit
    other_branch: OrgUnit
    university: OrgUnit

    province_admin: User
    staff: User  # provincial_staff
    settings_admin: User
    auditor: User
    viewer: User  # sees the city, does nothing
    city_admin: User
    county_admin: User
    committee_admin: User
    secretary: User  # admin of `branch`
    village_admin: User
    outsider: User  # admin of `other_city`
    stranger: User  # signed in, granted nothing


def assemble() -> Cast:
    """Plant the province and hand out the accounts."""
    units = plant()
    by_name = {unit.short_name: unit for unit in units}
    places = {field: by_name[short_name] for field, short_name in PLACES.items()}
    wanted = [(places.get(place), role, username) for username, place, role in ACCOUNTS]
    people = {user.username: user for user in world.accounts(wanted)}
    return Cast(**places, **people)


def plant() -> list[OrgUnit]:
    return graft(None, [FOREST], at=days.now())


PLACES = {
    "province": "河南团省委",
    "city": "郑州团市委",
    "county": "中原团区委",
    "committee": "第一中学团委",
    "branch": "高一1班团支部",
    "second_branch": "高一2班团支部",
    "third_branch": "高一3班团支部",
    "town": "须水镇团委",
    "village": "小寨村团支部",
    "other_city": "开封团市委",
    "other_committee": "开封高中团委",
    "other_branch": "开高高一1班团支部",
    "university": "郑州大学团委",
}

ACCOUNTS = [
    ("province_admin", "province", "unit_admin"),
    ("staff", "province", "provincial_staff"),
    ("settings_admin", "province", "settings_admin"),
    ("auditor", "province", "auditor"),
    ("viewer", "city", "viewer"),
    ("city_admin", "city", "unit_admin"),
    ("county_admin", "county", "unit_admin"),
    ("committee_admin", "committee", "unit_admin"),
    ("secretary", "branch", "unit_admin"),
    ("village_admin", "village", "unit_admin"),
    ("outsider", "other_city", "unit_admin"),
    ("stranger", "", ""),
]

FOREST = NewUnit(
    "河南团省委",
    K.PROVINCE_COMMITTEE,
    code="HN",
    children=[
        NewUnit(
            "郑州团市委",
            K.CITY_COMMITTEE,
            code="HN01",
            unit_class=UnitClass.CITY,
            children=[
                NewUnit(
                    "中原团区委",
                    K.COUNTY_COMMITTEE,
                    code="HN0101",
                    children=[
                        NewUnit(
                            "第一中学团委",
                            K.COMMITTEE,
                            code="HN010101",
                            industry=Industry.HIGH_SCHOOL,
                            children=[
                                NewUnit("高一1班团支部", K.BRANCH, code="HN01010101"),
                                NewUnit("高一2班团支部", K.BRANCH, code="HN01010102"),
                                NewUnit("高一3班团支部", K.BRANCH, code="HN01010103"),
                            ],
                        ),
                        NewUnit(
                            "须水镇团委",
                            K.COMMITTEE,
                            code="HN010102",
                            industry=Industry.RURAL,
                            children=[NewUnit("小寨村团支部", K.BRANCH, code="HN01010201")],
                        ),
                    ],
                ),
            ],
        ),
        NewUnit(
            "开封团市委",
            K.CITY_COMMITTEE,
            code="HN02",
            unit_class=UnitClass.CITY,
            children=[
                NewUnit(
                    "开封高中团委",
                    K.COMMITTEE,
                    code="HN0201",
                    industry=Industry.HIGH_SCHOOL,
                    children=[NewUnit("开高高一1班团支部", K.BRANCH, code="HN020101")],
                ),
            ],
        ),
        NewUnit(
            "郑州大学团委",
            K.COMMITTEE,
            code="HN03",
            industry=Industry.UNIVERSITY,
            unit_class=UnitClass.UNIVERSITY,
        ),
    ],
)
