"""What kinds of unit there are, what each may hold, and which industry lies in which domain.

Literal tables (design: domain, section 2). Pure: no database.
"""

from django.db.models import TextChoices


class UnitKind(TextChoices):
    PROVINCE_COMMITTEE = "province_committee", "省级团委"
    CITY_COMMITTEE = "city_committee", "市级团委"
    COUNTY_COMMITTEE = "county_committee", "县级团委"
    COMMITTEE = "committee", "基层团委"
    WORKING_COMMITTEE = "working_committee", "团工委"
    GENERAL_BRANCH = "general_branch", "团总支"
    BRANCH = "branch", "团支部"


FEWEST_MEMBERS = 3  # a branch with fewer is to be merged or closed; notice, annex 4.1


class UnitClass(TextChoices):
    """Class of the province's direct children; rankings stay inside one class."""

    CITY = "city", "省辖市"
    DIRECT_COUNTY = "direct_county", "省直管县"
    UNIVERSITY = "university", "省管高校"
    DIRECT_UNIT = "direct_unit", "省直属单位"


class Domain(TextChoices):
    SCHOOL = "school", "学校"
    STATE_ENTERPRISE = "state_enterprise", "国有企业"
    GOVERNMENT = "government", "党政机关"
    PUBLIC_INSTITUTION = "public_institution", "事业单位"
    RURAL = "rural", "农村"
    COMMUNITY = "community", "城市社区"
    PRIVATE_ENTERPRISE = "private_enterprise", "非公企业"
    SOCIAL_ORGANIZATION = "social_organization", "社会组织"
    OTHER = "other", "其他"


class Industry(TextChoices):
    """行业类别; the stored value is the word itself, as workbooks carry it."""

    GOVERNMENT = "党政机关", "党政机关"
    PUBLIC_INSTITUTION = "事业单位(不含公立学校)", "事业单位(不含公立学校)"
    UNIVERSITY = "普通高等院校", "普通高等院校"
    VOCATIONAL = "职业教育学校", "职业教育学校"
    HIGH_SCHOOL = "普通高中", "普通高中"
    SECONDARY_VOCATIONAL = "中等职业院校", "中等职业院校"
    FULL_SECONDARY = "完全中学", "完全中学"
    MIDDLE_SCHOOL = "初中", "初中"
    PRIMARY_SCHOOL = "小学", "小学"
    NINE_YEAR = "九年一贯制学校", "九年一贯制学校"
    TWELVE_YEAR = "十二年一贯制学校", "十二年一贯制学校"
    STATE_ENTERPRISE = "国有企业", "国有企业"
    COLLECTIVE = "集体企业", "集体企业"
    PRIVATE_ENTERPRISE = "非公企业", "非公企业"
    SOCIAL_ORGANIZATION = "新社会组织(不含民办学校)", "新社会组织(不含民办学校)"
    COMMUNITY = "城市社区", "城市社区"
    RURAL = "农村", "农村"
    MILITARY = "军队", "军队"
    ARMED_POLICE = "武警", "武警"
    OTHER = "其他", "其他"


K = UnitKind

LEADING_ORGANS = frozenset({K.PROVINCE_COMMITTEE, K.CITY_COMMITTEE, K.COUNTY_COMMITTEE})

ALLOWED_CHILDREN: dict[str, frozenset[str]] = {
    K.PROVINCE_COMMITTEE: frozenset(
        {K.CITY_COMMITTEE, K.COUNTY_COMMITTEE, K.COMMITTEE, K.WORKING_COMMITTEE, K.GENERAL_BRANCH, K.BRANCH}
    ),
    K.CITY_COMMITTEE: frozenset(
        {K.COUNTY_COMMITTEE, K.COMMITTEE, K.WORKING_COMMITTEE, K.GENERAL_BRANCH, K.BRANCH}
    ),
    K.COUNTY_COMMITTEE: frozenset({K.COMMITTEE, K.WORKING_COMMITTEE, K.GENERAL_BRANCH, K.BRANCH}),
    K.WORKING_COMMITTEE: frozenset({K.COMMITTEE, K.GENERAL_BRANCH, K.BRANCH}),
    K.COMMITTEE: frozenset({K.COMMITTEE, K.GENERAL_BRANCH, K.BRANCH}),
    K.GENERAL_BRANCH: frozenset({K.BRANCH}),
    K.BRANCH: frozenset(),
}

# A unit of these kinds must name its industry unless its parent has one; a branch inherits.
NEED_INDUSTRY = frozenset({K.COMMITTEE, K.WORKING_COMMITTEE, K.GENERAL_BRANCH})

MAX_DEPTH = 10  # levels, the province counted

I = Industry  # noqa: E741 - a table reads best with a short name
D = Domain

DOMAIN_OF: dict[str, str] = {
    I.GOVERNMENT: D.GOVERNMENT,
    I.PUBLIC_INSTITUTION: D.PUBLIC_INSTITUTION,
    I.UNIVERSITY: D.SCHOOL,
    I.VOCATIONAL: D.SCHOOL,
    I.HIGH_SCHOOL: D.SCHOOL,
    I.SECONDARY_VOCATIONAL: D.SCHOOL,
    I.FULL_SECONDARY: D.SCHOOL,
    I.MIDDLE_SCHOOL: D.SCHOOL,
    I.PRIMARY_SCHOOL: D.SCHOOL,
    I.NINE_YEAR: D.SCHOOL,
    I.TWELVE_YEAR: D.SCHOOL,
    I.STATE_ENTERPRISE: D.STATE_ENTERPRISE,
    I.COLLECTIVE: D.STATE_ENTERPRISE,
    I.PRIVATE_ENTERPRISE: D.PRIVATE_ENTERPRISE,
    I.SOCIAL_ORGANIZATION: D.SOCIAL_ORGANIZATION,
    I.COMMUNITY: D.COMMUNITY,
    I.RURAL: D.RURAL,
    I.MILITARY: D.OTHER,
    I.ARMED_POLICE: D.OTHER,
    I.OTHER: D.OTHER,
}


def domain_of(industry: str) -> str:
    """The domain an industry lies in; "" for none."""
    return DOMAIN_OF.get(industry, "")


def may_hold(parent_kind: str, child_kind: str) -> bool:
    """May a unit of `parent_kind` have a direct child of `child_kind`?"""
    return child_kind in ALLOWED_CHILDREN[parent_kind]
