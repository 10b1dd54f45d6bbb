"""What the demo province looks like: sizes, units, how far each region has come. Pure.

Three levels of detail: a few cities are *full* down to the last branch, the others have one
school with one branch, universities and direct units stand beside them. The names are those of
Henan's cities; below them they are made up of what such a place usually has.
"""

import random
from dataclasses import dataclass

from orgs.kinds import Domain, Industry, UnitClass, UnitKind
from orgs.tree import NewUnit


@dataclass(frozen=True, slots=True)
class Size:
    """How much of everything. `day_number` is the day of the campaign that today shall be."""

    full_cities: int
    counties: int  # in a full city
    committees: int  # in each of its counties
    branches: int  # in each of these
    members: int  # expected in a branch, about
    day_number: int
    bulletins: int  # past days to compute
    is_complete: bool = False  # everybody entered, every domain open


SIZES = {
    "small": Size(2, 2, 5, 3, 40, day_number=23, bulletins=14),
    "medium": Size(1, 12, 70, 18, 30, day_number=81, bulletins=3, is_complete=True),
    "large": Size(18, 10, 30, 17, 33, day_number=81, bulletins=2, is_complete=True),
}

# fmt: off
CITIES = (
    "郑州", "开封", "洛阳", "平顶山", "安阳", "鹤壁", "新乡", "焦作", "濮阳",
    "许昌", "漯河", "三门峡", "商丘", "周口", "驻马店", "南阳", "信阳", "济源",
)
COUNTIES = {
    "郑州": ("中原区", "金水区", "二七区", "管城区", "惠济区", "中牟县", "荥阳市", "新密市", "新郑市"),
    "开封": ("龙亭区", "尉氏县", "鼓楼区", "禹王台区", "祥符区", "杞县", "通许县"),
}
# fmt: on
DIRECT_COUNTIES = ("巩义市", "兰考县")
UNIVERSITIES = ("郑州大学", "河南大学", "河南农业大学")
COLLEGES = ("文学院", "法学院", "数学学院", "化学学院", "计算机学院", "医学院", "商学院", "农学院")
FASTEST = "开封团市委"
NUMERALS = "一二三四五六七八九十"

# Demo pages show this branch empty, with a workbook waiting to be imported: zhtj.demo.workbook.
DEMO_BRANCH_PATH = ("郑州团市委", "中原团区委", "中原区第一高级中学团委", "高一(1)班团支部")
DEMO_BRANCH_EXPECTED = 31


@dataclass(frozen=True, slots=True)
class Body:
    """A kind of organisation found in a county; `branch` names its branches by number."""

    name: str
    kind: UnitKind
    industry: Industry
    branch: str


K, I = UnitKind, Industry  # noqa: E741 - a table reads best with short names

SCHOOLS = (
    Body("第{n}高级中学团委", K.COMMITTEE, I.HIGH_SCHOOL, "高{grade}({n})班团支部"),
    Body("第{n}职业中专团委", K.COMMITTEE, I.SECONDARY_VOCATIONAL, "{n}班团支部"),
)
OTHERS = (
    Body("{place}镇团委", K.COMMITTEE, I.RURAL, "{place}村团支部"),
    Body("{place}街道团工委", K.WORKING_COMMITTEE, I.COMMUNITY, "{place}社区团支部"),
    Body("第{n}供电所团总支", K.GENERAL_BRANCH, I.STATE_ENTERPRISE, "第{n}班组团支部"),
    Body("直属机关第{n}团总支", K.GENERAL_BRANCH, I.GOVERNMENT, "第{n}团支部"),
    Body("第{n}人民医院团委", K.COMMITTEE, I.PUBLIC_INSTITUTION, "第{n}病区团支部"),
    Body("第{n}产业园非公企业团工委", K.WORKING_COMMITTEE, I.PRIVATE_ENTERPRISE, "第{n}企业团支部"),
)
_PLACES_A = "东西南北上下大小新老高平清石柳杨王李张陈"
_PLACES_B = "关桥庄寨坡河岗湾店营塘沟岭堡庙坊堂集台铺"


def plan_province(size: Size) -> NewUnit:
    """The whole forest under the provincial committee."""
    cities = [_city(city, place, size) for place, city in enumerate(CITIES)]
    direct_counties = [_direct_county(county) for county in DIRECT_COUNTIES]
    universities = [_university(name, size) for name in UNIVERSITIES]
    children = [*cities, *direct_counties, *universities, *_direct_units(size)]
    return NewUnit(
        "河南团省委", K.PROVINCE_COMMITTEE, code="HN", full_name=_full("河南省"), children=children
    )


def pace_of(region: str, size: Size) -> float:
    """Which share of its schools' expected members a region has entered by now."""
    if size.is_complete:
        return 1.0
    if region == FASTEST:
        return 0.9  # past the gate: its other domains are open
    return 0.2 + 0.48 * random.Random(region).random()  # short of the gate's 70 %


def share_of(domain: str, pace: float, size: Size) -> float:
    """Which share of one domain's branches is entered, in a region of that pace."""
    if size.is_complete or domain == Domain.SCHOOL:
        return pace
    if domain in (Domain.STATE_ENTERPRISE, Domain.GOVERNMENT, Domain.PUBLIC_INSTITUTION):
        return pace * 0.5
    return 0.2 if pace >= 0.9 else 0.0


def _city(city: str, position: int, size: Size) -> NewUnit:
    if position < size.full_cities:
        names = [*COUNTIES.get(city, ()), *(f"{city}{_place(n)}县" for n in range(size.counties))][
            : size.counties
        ]
        children = [_county(county, number, size) for number, county in enumerate(names)]
    else:
        branch = NewUnit("高一(1)班团支部", K.BRANCH)
        children = [
            NewUnit(f"{city}第一高级中学团委", K.COMMITTEE, industry=I.HIGH_SCHOOL, children=[branch])
        ]
    return NewUnit(
        f"{city}团市委",
        K.CITY_COMMITTEE,
        full_name=_full(f"{city}市"),
        unit_class=UnitClass.CITY,
        children=children,
    )


def _county(county: str, position: int, size: Size) -> NewUnit:
    bodies = [_body(county, number, position, size) for number in range(size.committees)]
    return NewUnit(_short(county), K.COUNTY_COMMITTEE, full_name=_full(county), children=bodies)


def _body(county: str, number: int, position: int, size: Size) -> NewUnit:
    """Every county begins with two schools; the others follow in turn, each county from another on."""
    if number < len(SCHOOLS):
        body, count = SCHOOLS[number], 1
    else:
        turn = number - len(SCHOOLS) + position * 3
        body, count = OTHERS[turn % len(OTHERS)], turn // len(OTHERS) + 1
    name = f"{county}{body.name.format(n=_numeral(count), place=_place(number))}"
    branches = [NewUnit(_branch_name(body, n, number), K.BRANCH) for n in range(size.branches)]
    return NewUnit(name, body.kind, industry=body.industry, children=branches)


def _branch_name(body: Body, n: int, offset: int) -> str:
    values = {"n": n // 3 + 1 if "{grade}" in body.branch else n + 1, "grade": NUMERALS[n % 3]}
    return body.branch.format(**values, place=_place(n + offset * 31))


def _direct_county(county: str) -> NewUnit:
    branch = NewUnit("高一(1)班团支部", K.BRANCH)
    school = NewUnit(f"{county}高级中学团委", K.COMMITTEE, industry=I.HIGH_SCHOOL, children=[branch])
    return NewUnit(
        _short(county),
        K.COUNTY_COMMITTEE,
        full_name=_full(county),
        unit_class=UnitClass.DIRECT_COUNTY,
        children=[school],
    )


def _university(name: str, size: Size) -> NewUnit:
    colleges = [
        NewUnit(
            f"{college}团委",
            K.COMMITTEE,
            children=[NewUnit(f"{college}{n + 1}班团支部", K.BRANCH) for n in range(size.branches - 1)],
        )
        for college in COLLEGES[: 2 if size.branches < 10 else None]
    ]
    return NewUnit(
        f"{name}团委",
        K.COMMITTEE,
        industry=I.UNIVERSITY,
        unit_class=UnitClass.UNIVERSITY,
        full_name=_full(name),
        children=colleges,
    )


def _direct_units(size: Size) -> list[NewUnit]:
    planned = [
        ("省直机关团工委", K.WORKING_COMMITTEE, I.GOVERNMENT, "第{n}机关团支部"),
        ("省属国有企业团工委", K.WORKING_COMMITTEE, I.STATE_ENTERPRISE, "第{n}企业团支部"),
    ]
    return [
        NewUnit(
            short_name,
            kind,
            industry=industry,
            unit_class=UnitClass.DIRECT_UNIT,
            children=[NewUnit(branch.format(n=_numeral(n + 1)), K.BRANCH) for n in range(size.branches)],
        )
        for short_name, kind, industry, branch in planned
    ]


def _short(county: str) -> str:
    """中原区 → 中原团区委."""
    return f"{county[:-1]}团{county[-1]}委"


def _full(place: str) -> str:
    return f"中国共产主义青年团{place}委员会"


def _place(n: int) -> str:
    a, b = n % len(_PLACES_A), n // len(_PLACES_A) + n
    return _PLACES_A[a] + _PLACES_B[b % len(_PLACES_B)]


def _numeral(n: int) -> str:
    """1–99 in Chinese."""
    tens, ones = divmod(n, 10)
    head = "" if not tens else ("十" if tens == 1 else NUMERALS[tens - 1] + "十")
    return head + (NUMERALS[ones - 1] if ones else "")
