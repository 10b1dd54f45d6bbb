"""What makes a unit valid: its card, its place in the tree, its name. Pure.

Specification: domain, section 2 and "Units workbook"; interfaces, Workbooks. One set of rules,
many doors: a form or an API call hands over the fields of one unit, a workbook a row of cells;
`read_card` reads both, `place_problems` judges where the unit is to stand, `name_hints` remarks on
names that do not look as names of units do. What needs the database (siblings, codes taken) is
judged by `orgs.tree` with the codes named here.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from zhtj.lib.problems import Catalogue, Problem, Rule, Severity
from zhtj.lib.workbook import Cell

from orgs import identity
from orgs.kinds import LEADING_ORGANS, MAX_DEPTH, NEED_INDUSTRY, Industry, UnitClass, UnitKind, may_hold
from orgs.reading import Reader, RowReader, coded, listed

STRUCTURE = "附件第四条第1款"
PRACTICE = "国家系统惯例"

CODES = Catalogue(
    [
        Rule(
            "short_name.missing",
            "没有填写组织简称。",
            "请填写简称，以团委、团工委、团总支或团支部结尾。",
            PRACTICE,
        ),
        Rule(
            "short_name.format",
            "组织简称“{value}”超过60个字，或含有无法识别的字符。",
            "请填写不超过60个字的简称。",
            PRACTICE,
        ),
        Rule(
            "short_name.taken",
            "“{parent}”下已有名为“{value}”的组织{where}。",
            "同一上级的直属下级不能重名：请换一个简称；如为同一组织，不必重复创建。",
            PRACTICE,
        ),
        Rule(
            "province.taken",
            "已有名为“{value}”的省级团委，编码是 {taken_code}。",
            "请用这个编码再运行一次，为它的管理员发放代码；另设一个省请换一个简称。",
            PRACTICE,
            field="short_name",
        ),
        Rule(
            "short_name.ending",
            "组织简称“{value}”不以{endings}结尾。",
            "请核对简称；无误可以保留。",
            PRACTICE,
            Severity.HINT,
        ),
        Rule(
            "unit.full_name",
            "组织全称“{value}”超过120个字，或含有无法识别的字符。",
            "请填写不超过120个字的全称。",
            PRACTICE,
            field="full_name",
        ),
        Rule(
            "unit.full_name_form",
            "组织全称通常以“中国共产主义青年团”开头，以“委员会”“总支部委员会”或“支部委员会”结尾。",
            "请核对全称；无误可以保留。",
            PRACTICE,
            Severity.HINT,
            field="full_name",
        ),
        Rule("kind.missing", "没有填写组织类别。", "请填写：基层团委、团工委、团总支或团支部等。", STRUCTURE),
        Rule(
            "kind.unknown",
            "“{value}”不是可选的组织类别。",
            f"请填写：{'、'.join(UnitKind.labels)}之一。",
            STRUCTURE,
        ),
        Rule(
            "kind.not_under_this_parent",
            "“{name}”是{kind}，不能设在{parent_kind}“{parent}”之下。",
            "请核对组织类别和上级组织：例如团总支下只能设团支部，团支部下不再设组织，团委下不设团工委。",
            STRUCTURE,
        ),
        Rule(
            "industry.missing",
            "“{name}”没有填写行业类别。",
            "上级没有行业类别时，团委、团工委、团总支须填写本组织的行业类别。",
            "一、3",
        ),
        Rule(
            "industry.unknown",
            "“{value}”不是可选的行业类别。",
            "请从下拉列表中选择，例如“普通高中”“国有企业”。",
            "一、3",
        ),
        Rule(
            "industry.not_at_this_kind",
            "“{name}”是团的领导机关，没有行业类别。",
            "请在它下属的团委、团工委、团总支上填写行业类别。",
            PRACTICE,
            field="industry",
        ),
        Rule(
            "parent.unknown",
            "没有找到可用的上级组织“{value}”{why}。",
            "请填写本表中或管理范围内某个组织的编码或简称；留空表示直属于导入的组织。上级在本表中的，先改正它所在的行。",
            STRUCTURE,
        ),
        Rule(
            "parent.ambiguous",
            "上级组织“{value}”对应不止一个组织：{names}。",
            "请改填其中一个的组织编码；上级在本表中的，请先给它填写组织编码。",
            STRUCTURE,
        ),
        Rule(
            "parent.cycle",
            "“{name}”与它的上级组织互为上下级。",
            "请核对各行的上级组织，任何组织不能隶属于自己的下级。",
            STRUCTURE,
        ),
        Rule(
            "parent.out_of_scope",
            "上级组织“{value}”不在您的管理范围内。",
            "请由该组织或其上级的管理员创建。",
            PRACTICE,
        ),
        Rule(
            "code.format",
            "组织编码“{value}”不符合要求。",
            "编码为不超过32个字母、数字或“-”“_”“.”；留空则自动编码。",
            PRACTICE,
        ),
        Rule(
            "code.taken",
            "组织编码“{value}”已被使用{where}。",
            "请换一个编码，或留空由系统自动编码。",
            PRACTICE,
        ),
        Rule(
            "unit.too_deep",
            "“{name}”将处在第{level}层，组织层级最多{deepest}层。",
            "请核对上级组织，减少中间层级。",
            PRACTICE,
            field="parent",
        ),
        Rule(
            "is_private_school.format",
            "是否民办学校“{value}”无法识别。",
            "请填写“是”或“否”，也可以不填。",
            "一、3",
        ),
        Rule(
            "phone.format",
            "联系电话“{value}”不符合要求。",
            "请填写固定电话或手机号码，没有可以不填。",
            PRACTICE,
        ),
        Rule(
            "email.format",
            "电子邮箱“{value}”不符合要求。",
            "请写成 name@example.com 的样子，没有可以不填。",
            PRACTICE,
        ),
        Rule(
            "secretary_name.format",
            "书记姓名“{value}”不符合要求。",
            "姓名为2至30个汉字或字母，不能有数字和其他符号；没有可以不填。",
            PRACTICE,
        ),
        Rule(
            "secretary_mobile.format",
            "书记手机号码“{value}”不符合要求。",
            "请填写11位手机号码，没有可以不填。",
            PRACTICE,
        ),
        Rule(
            "post_count.format",
            "编制数和配备数应为0至9999的整数。",
            "请填写整数，没有编制填 0。",
            PRACTICE,
        ),
        Rule(
            "post_count.not_at_this_kind",
            "编制数和配备数只在领导机关、团委、团工委填写。",
            "请去掉这一项。",
            PRACTICE,
        ),
    ]
)

# --- reading a card -------------------------------------------------------------------------

# As read → as stored.
KIND_WORDS: dict[str, str] = {
    **{kind.label: kind.value for kind in UnitKind},
    **{kind.value: kind.value for kind in UnitKind},
    "团省委": UnitKind.PROVINCE_COMMITTEE.value,
    "团市委": UnitKind.CITY_COMMITTEE.value,
    "团县委": UnitKind.COUNTY_COMMITTEE.value,
    "团区委": UnitKind.COUNTY_COMMITTEE.value,
    "团委": UnitKind.COMMITTEE.value,
    "基层团工委": UnitKind.WORKING_COMMITTEE.value,
    "团总支部": UnitKind.GENERAL_BRANCH.value,
    "支部": UnitKind.BRANCH.value,
}
INDUSTRY_WORDS: dict[str, str] = {
    **{industry.value: industry.value for industry in Industry},
    "事业单位": Industry.PUBLIC_INSTITUTION.value,
    "新社会组织": Industry.SOCIAL_ORGANIZATION.value,
    "社会组织": Industry.SOCIAL_ORGANIZATION.value,
    "社区": Industry.COMMUNITY.value,
    "其它": Industry.OTHER.value,
}

_CODE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}")
_PHONE = re.compile(r"[0-9(+][0-9()+ ,;/—-]{4,29}")
_UNREADABLE = "\ufffd"  # what orgs.identity makes of control characters and lone surrogates


def _unit_text(longest: int, code: str) -> Reader:
    def read(cell: Cell) -> tuple[str, bool]:
        text = identity.clean(cell)
        ok = len(text) <= longest and _UNREADABLE not in text
        return (text, True) if ok else ("", False)

    return coded(read, code)


def _matching(pattern: re.Pattern[str], code: str) -> Reader:
    def read(cell: Cell) -> tuple[str, bool]:
        text = identity.clean(cell)
        return (text, True) if not text or pattern.fullmatch(text) else ("", False)

    return coded(read, code)


READERS: dict[str, Reader] = {
    "short_name": _unit_text(60, "short_name.format"),
    "kind": listed(KIND_WORDS, "kind.unknown"),
    "code": _matching(_CODE, "code.format"),
    "full_name": _unit_text(120, "unit.full_name"),
    "industry": listed(INDUSTRY_WORDS, "industry.unknown"),
    "parent": _unit_text(120, "parent.unknown"),
    "is_private_school": coded(identity.read_yes_no, "is_private_school.format"),
    "phone": _matching(_PHONE, "phone.format"),
    "email": coded(identity.read_email, "email.format"),
    "secretary_name": coded(identity.read_name, "secretary_name.format"),
    "secretary_mobile": coded(identity.read_mobile, "secretary_mobile.format"),
}
FEW_WORDS = frozenset({"kind", "industry", "is_private_school", "parent"})
CARD_FIELDS = ("full_name", "phone", "email", "secretary_name", "secretary_mobile")
POST_COUNTS = (
    "admin_posts_planned_count",
    "admin_posts_filled_count",
    "public_posts_planned_count",
    "public_posts_filled_count",
)


def read_card(cells: Mapping[str, Cell]) -> tuple[dict[str, Any], list[Problem]]:
    """The values of a unit's fields that could be read, and what is wrong with the others.

    Blank fields are left out of both; a missing short name or kind is a problem.
    """
    return card_reader()(cells)


CardReader = Callable[[Mapping[str, Cell]], tuple[dict[str, Any], list[Problem]]]


def card_reader() -> CardReader:
    """`read_card` for many rows: words of short lists are read once."""
    reader = RowReader(READERS, CODES, FEW_WORDS)

    def read(cells: Mapping[str, Cell]) -> tuple[dict[str, Any], list[Problem]]:
        values, unread = reader.read(cells)
        values = {name: value for name, value in values.items() if value not in ("", None)}
        missing = [
            CODES.problem(f"{name}.missing")
            for name in ("short_name", "kind")
            if name not in values and name not in unread
        ]
        return values, [*unread.values(), *missing]

    return read


# --- its place ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Above:
    """What the rules must know of the unit above: `domain` is the one in force there, "" = none."""

    short_name: str
    kind: str
    domain: str
    level: int


def place_problems(short_name: str, kind: str, industry: str, above: Above | None) -> list[Problem]:
    """What forbids a unit of this kind and industry under `above` (None: as a root)."""
    if above is None:
        return (
            [] if kind == UnitKind.PROVINCE_COMMITTEE else [CODES.problem("parent.unknown", value="", why="")]
        )
    problems = []
    if not may_hold(above.kind, kind):
        problems.append(
            CODES.problem(
                "kind.not_under_this_parent",
                name=short_name,
                kind=UnitKind(kind).label,
                parent=above.short_name,
                parent_kind=UnitKind(above.kind).label,
            )
        )
    if kind in LEADING_ORGANS and industry:
        problems.append(CODES.problem("industry.not_at_this_kind", name=short_name))
    if kind in NEED_INDUSTRY and not industry and not above.domain:
        problems.append(CODES.problem("industry.missing", name=short_name))
    if above.level + 1 >= MAX_DEPTH:
        problems.append(too_deep(short_name, above.level + 1))
    return problems


def too_deep(short_name: str, level: int) -> Problem:
    """`level` counts from the root, which is 0."""
    return CODES.problem("unit.too_deep", name=short_name, level=level + 1, deepest=MAX_DEPTH)


# The class of the province's direct children where none is stated; rankings stay inside one class.
_CLASS_OF = {
    UnitKind.CITY_COMMITTEE: UnitClass.CITY,
    UnitKind.COUNTY_COMMITTEE: UnitClass.DIRECT_COUNTY,
}


def class_of(kind: str, industry: str, parent_kind: str) -> str:
    """省辖市, 省直管县, 省管高校 or 省直属单位 for a direct child of the province; "" for any other."""
    if parent_kind != UnitKind.PROVINCE_COMMITTEE:
        return ""
    other = UnitClass.UNIVERSITY if industry == Industry.UNIVERSITY else UnitClass.DIRECT_UNIT
    return _CLASS_OF.get(UnitKind(kind), other).value


# --- its name -------------------------------------------------------------------------------

_ENDINGS: dict[str, tuple[str, ...]] = {
    UnitKind.PROVINCE_COMMITTEE: ("团省委", "省委"),
    UnitKind.CITY_COMMITTEE: ("团市委", "市委"),
    UnitKind.COUNTY_COMMITTEE: ("团县委", "团区委", "团市委", "县委", "区委"),
    UnitKind.COMMITTEE: ("团委",),
    UnitKind.WORKING_COMMITTEE: ("团工委",),
    UnitKind.GENERAL_BRANCH: ("团总支", "团总支部"),
    UnitKind.BRANCH: ("团支部",),
}
_FULL_NAME = re.compile(r"(?:中国共产主义青年团|共青团).+(?:委员会|总支部委员会|支部委员会)")


def name_hints(short_name: str, kind: str, full_name: str = "") -> list[Problem]:
    """Soft checks of the names; hints only."""
    hints = []
    endings = _ENDINGS[kind]
    if not short_name.endswith(endings):
        shown = "、".join(f"“{ending}”" for ending in endings)
        hints.append(CODES.problem("short_name.ending", value=short_name, endings=shown))
    if full_name and not _FULL_NAME.fullmatch(full_name):
        hints.append(CODES.problem("unit.full_name_form"))
    return hints
