"""The health list: what is not in order with the units of a scope, each with the one link that mends it.

Specification (design: domain, section 7; notice, annex 4.1). Every check is one condition of the
database, written once: the list filters by it, the page shows what it found, the counts add it up.
Only open units are examined. Lists are in the order of the tree and go page by page behind the
last unit shown, with a fixed number of queries; nothing is counted over the whole scope.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import reduce
from operator import or_

from django.db.models import BooleanField, Case, Count, Q, QuerySet, Value, When
from django.urls import reverse

from zhtj.desk.sizes import MOST, hollow
from zhtj.lib.problems import Catalogue, Rule, Severity

import cadres.presence
from members.queries.headcount import has_members
from orgs import admins, paging, queries
from orgs.actions import KINDS_WITH_POSTS
from orgs.kinds import FEWEST_MEMBERS, UnitKind
from orgs.models import OrgUnit
from orgs.rules import CARD_FIELDS, POST_COUNTS
from orgs.scopes import Scope
from progress import queries as progress

STRUCTURE = "附件第四条第1款"
PAGE_SIZE = 50
BRANCH = Q(kind=UnitKind.BRANCH)

CODES = Catalogue(
    [
        Rule(
            "branch.empty",
            "团支部没有团员。",
            "请导入团员；不再需要的团支部请撤销。",
            STRUCTURE,
            Severity.WARNING,
        ),
        Rule(
            "branch.over_fifty",
            "团支部超过 50 名团员。",
            "请考虑分设团支部；确需保留可以不处理。",
            STRUCTURE,
            Severity.HINT,
        ),
        Rule(
            "unit.hollow",
            "组织之下没有团支部。",
            "请创建或调整团支部；空心组织请合并或撤销。",
            STRUCTURE,
            Severity.WARNING,
        ),
        Rule("unit.no_cadre", "组织还没有录入团干部。", "请录入本级团干部。", "附件第二条", Severity.WARNING),
        Rule(
            "unit.no_secretary",
            "组织没有书记。",
            "请录入书记，或核对团干部的职务。",
            "附件第二条",
            Severity.WARNING,
        ),
        Rule(
            "unit.no_admin",
            "组织没有管理员。",
            "请发放注册码，转交负责录入的同志。",
            "国家系统惯例",
            Severity.WARNING,
        ),
        Rule(
            "unit.incomplete",
            "组织信息没有填全。",
            "请补齐全称、联系电话、电子邮箱、书记姓名、手机号码和身份证号码（书记已录入为本级团干部的，身份证号码不用"
            "再填）；领导机关、团委、团工委还须填写编制数和实际配备数。",
            "国家系统惯例",
            Severity.WARNING,
        ),
    ]
)


@dataclass(frozen=True, slots=True)
class Check:
    """One line of section 7: its words, the condition a faulty unit meets, the link that mends it.

    `capability` is what the link needs on the unit; without it the link leads to the unit itself. `perhaps`
    holds wherever the condition holds, and is answered sooner for a province.
    """

    code: str
    word: str
    mend: str
    condition: Callable[[], Q]
    capability: str
    link: Callable[[OrgUnit], str]
    perhaps: Callable[[OrgUnit], Q] = lambda _: Q()

    @property
    def key(self) -> str:
        """The name of its annotation."""
        return "is_" + self.code.replace(".", "_")


def _page(name: str) -> Callable[[OrgUnit], str]:
    return lambda unit: reverse(name, args=[unit.pk])


def _to_cadres(unit: OrgUnit) -> str:
    if unit.is_branch:
        return f"{reverse('member_list')}?branch={unit.pk}"
    return reverse("cadre_enter", args=[unit.pk])


def _to_import(unit: OrgUnit) -> str:
    return f"{reverse('import_upload')}?kind=members&unit={unit.pk}"


def _to_roster(unit: OrgUnit) -> str:
    return f"{reverse('member_list')}?branch={unit.pk}"


def _incomplete() -> Q:
    blank = reduce(or_, (Q(**{name: ""}) for name in CARD_FIELDS))
    uncounted = reduce(or_, (Q(**{name: None}) for name in POST_COUNTS))
    unnamed = Q(secretary_id_sealed=None) & ~Q(cadres.presence.has_secretary())
    return blank | unnamed | (Q(kind__in=KINDS_WITH_POSTS) & uncounted)


CHECKS = (
    Check(
        "branch.empty",
        "没有团员",
        "导入团员",
        lambda: BRANCH & ~Q(has_members()),
        "members.enter",
        _to_import,
        lambda unit: progress.perhaps_small(unit, 1),
    ),
    Check(
        "branch.under_three",
        f"不足 {FEWEST_MEMBERS} 人",
        "合并或撤销",
        lambda: BRANCH & Q(has_members()) & ~Q(has_members(at_least=FEWEST_MEMBERS)),
        "units.manage",
        _page("unit_merge"),
        lambda unit: progress.perhaps_small(unit, FEWEST_MEMBERS),
    ),
    Check(
        "branch.over_fifty",
        f"超过 {MOST} 人",
        "查看名册",
        lambda: BRANCH & Q(has_members(at_least=MOST + 1)),
        "members.see",
        _to_roster,
        lambda unit: progress.perhaps_large(unit, MOST),
    ),
    Check("unit.hollow", "没有团支部", "创建团支部", hollow, "units.create", _page("unit_create")),
    Check(
        "unit.no_cadre",
        "没有团干部",
        "录入团干部",
        lambda: ~Q(cadres.presence.has_cadre()),
        "cadres.enter",
        _to_cadres,
    ),
    Check(
        "unit.no_secretary",
        "没有书记",
        "录入书记",
        cadres.presence.lacks_secretary,
        "cadres.enter",
        _to_cadres,
    ),
    Check(
        "unit.no_admin",
        "没有管理员",
        "发放注册码",
        lambda: ~Q(admins.has_admin()),
        "admins.manage",
        _page("unit_admins"),
    ),
    Check("unit.incomplete", "信息不全", "完善信息", _incomplete, "units.edit_card", _page("unit_edit")),
)
BY_CODE = {check.code: check for check in CHECKS}


@dataclass(frozen=True, slots=True)
class Fault:
    """One check a unit did not pass, and where to mend it."""

    check: Check
    url: str
    link: str


@dataclass(frozen=True, slots=True)
class Listing:
    """One page of the health list; `after` leads to the next ("" on the last)."""

    rows: list[tuple[OrgUnit, list[Fault]]]
    after: str


def faulty(scope: Scope, *, unit: OrgUnit, code: str = "", near: bool = False) -> QuerySet[OrgUnit]:
    """Open units in `unit`'s sub-tree (`near`: itself and its children) that fail `code`, or any check.

    In tree order, each check annotated under its key. The code of a check of members may ask one query.
    """
    if near:
        place = Q(pk=unit.pk) | Q(parent=unit.pk)
    else:
        place = queries.place_of(unit) & (BY_CODE[code].perhaps(unit) if code in BY_CODE else Q())
    wanted = [BY_CODE[code]] if code in BY_CODE else CHECKS
    return _examined(scope, place).filter(reduce(or_, (Q(**{check.key: True}) for check in wanted)))


def listing(scope: Scope, found: QuerySet[OrgUnit], *, after: str = "") -> Listing:
    """The next page of `faulty(…)` behind the unit `after`. One query, and one for each kind of link."""
    units, after = paging.units_after(found, after, PAGE_SIZE)
    return Listing(list(_rows(scope, units)), after)


def counts(scope: Scope, unit: OrgUnit) -> dict[str, int]:
    """How many of `unit` and its direct children fail each check; those above zero. One query."""
    near = _examined(scope, Q(pk=unit.pk) | Q(parent=unit.pk)).order_by()
    sums = {check.key: Count("pk", filter=Q(**{check.key: True})) for check in CHECKS}
    found = near.aggregate(**{f"sum_{key}": value for key, value in sums.items()})
    return {check.code: found[f"sum_{check.key}"] for check in CHECKS if found[f"sum_{check.key}"]}


def export_rows(found: QuerySet[OrgUnit]) -> Iterator[tuple[str, str, str, str, str]]:
    """Every line of the list: unit, code, kind, what is wrong, how to mend it. Read in slices."""
    for unit in found.iterator(2_000):
        for check in _failed(unit):
            mend = CODES[check.code].mend if check.code in CODES else f"请{check.mend}。"
            yield unit.short_name, unit.code, unit.get_kind_display(), check.word, mend


def _examined(scope: Scope, place: Q) -> QuerySet[OrgUnit]:
    units = queries.units(scope).filter(place, closed_at=None)
    marks = {
        check.key: Case(
            When(check.condition(), then=Value(True)), default=Value(False), output_field=BooleanField()
        )
        for check in CHECKS
    }
    return units.annotate(**marks)


def _rows(scope: Scope, units: list[OrgUnit]) -> Iterator[tuple[OrgUnit, list[Fault]]]:
    failed = {unit.pk: _failed(unit) for unit in units}
    needed = sorted({check.capability for check in CHECKS})
    may = {name: _reached(scope, name, list(failed)) for name in needed}
    for unit in units:
        yield unit, [_fault(check, unit, may[check.capability]) for check in failed[unit.pk]]


def _fault(check: Check, unit: OrgUnit, reached: set[int]) -> Fault:
    if unit.pk in reached:
        return Fault(check, check.link(unit), check.mend)
    return Fault(check, reverse("unit_detail", args=[unit.pk]), "查看组织")


def _reached(scope: Scope, capability: str, pks: list[int]) -> set[int]:
    found = queries.units(scope, capability).filter(pk__in=pks)
    return set(found.order_by().values_list("pk", flat=True))


def _failed(unit: OrgUnit) -> list[Check]:
    return [check for check in CHECKS if getattr(unit, check.key)]
