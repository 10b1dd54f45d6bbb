"""What forbids merging, closing and reopening units. Pure.

Specification: domain, section 2 (a branch with fewer than three members is merged or closed; a closed
unit stays readable) and the notice, annex 4.1. Only units of one kind merge, never leading organs;
a unit is closed only when nothing stands below it and nobody is a member in it.
"""

from zhtj.lib.problems import Catalogue, Problem, Rule

from orgs.kinds import UnitKind
from orgs.models import OrgUnit

STRUCTURE = "附件第四条第1款"

CODES = Catalogue(
    [
        Rule("merge.same", "不能把“{name}”并入它自己。", "请选择另一个组织。", STRUCTURE, field="into"),
        Rule(
            "merge.missing",
            "没有选择并入哪个组织。",
            "请从建议中选择，或查找一个同类组织。",
            STRUCTURE,
            field="into",
        ),
        Rule("merge.closed", "“{name}”已撤销，不能合并。", "请选择未撤销的组织。", STRUCTURE, field="into"),
        Rule(
            "merge.kind",
            "“{source}”是{kind}，不能并入{other_kind}“{target}”。",
            "只有同类组织可以合并，例如团支部并入团支部；不同类的请先调整隶属关系，再撤销。",
            STRUCTURE,
            field="into",
        ),
        Rule(
            "merge.leading_organ",
            "“{name}”是团的领导机关，不能合并。",
            "领导机关的设置变更请联系省级工作人员办理。",
            STRUCTURE,
            field="into",
        ),
        Rule(
            "merge.below",
            "“{target}”是“{source}”的下级，不能把上级并入下级。",
            "请反过来操作：把“{target}”并入“{source}”。",
            STRUCTURE,
            field="into",
        ),
        Rule(
            "merge.same_names",
            "“{target}”下已有名为“{name}”的组织。",
            "请先给其中一个改名，或把这两个下级合并，再合并上级。",
            STRUCTURE,
            field="into",
        ),
        Rule("close.closed", "“{name}”已经撤销。", "请刷新页面；需要时可以恢复。", STRUCTURE, field="unit"),
        Rule(
            "close.leading_organ",
            "“{name}”是团的领导机关，不能撤销。",
            "领导机关的设置变更请联系省级工作人员办理。",
            STRUCTURE,
            field="unit",
        ),
        Rule(
            "close.has_children",
            "“{name}”下还有 {count} 个未撤销的下级组织。",
            "请先把它们调整到其他组织之下、合并或撤销；也可以把“{name}”整体并入同类组织。",
            STRUCTURE,
            field="unit",
        ),
        Rule(
            "close.has_members",
            "“{name}”还有 {count} 名团员。",
            "请改用“合并”，团员会一并转入另一个团支部；或先逐人转出，再撤销。",
            STRUCTURE,
            field="unit",
        ),
        Rule(
            "close.has_youth",
            "“{name}”还有 {count} 名青年在身份摸底整改中。",
            "请先办结整改；或改用“合并”，整改名单会一并转入另一个团支部。",
            "附件第四条第2款",
            field="unit",
        ),
        Rule("reopen.open", "“{name}”没有撤销，不需要恢复。", "请刷新页面。", STRUCTURE, field="unit"),
        Rule(
            "reopen.parent_closed",
            "上级组织“{parent}”已撤销，“{name}”不能单独恢复。",
            "请先恢复上级组织，或在另一个上级之下新建。",
            STRUCTURE,
            field="unit",
        ),
        Rule(
            "change.closed",
            "“{name}”已撤销，不能再修改。",
            "需要修改的，请先由它的上级恢复这个组织。",
            STRUCTURE,
            field="unit",
        ),
    ]
)


def merge_problems(source: OrgUnit, target: OrgUnit) -> list[Problem]:
    """What forbids `source` to go up in `target`. Both as they stand now. No query."""
    if source.pk == target.pk:
        return [CODES.problem("merge.same", name=source.short_name)]
    problems = [
        CODES.problem("merge.closed", name=unit.short_name) for unit in (source, target) if not unit.is_open
    ]
    name, other = source.short_name, target.short_name
    if source.is_leading_organ:
        problems.append(CODES.problem("merge.leading_organ", name=name))
    elif source.kind != target.kind:
        kind, other_kind = UnitKind(source.kind).label, UnitKind(target.kind).label
        problems.append(
            CODES.problem("merge.kind", source=name, target=other, kind=kind, other_kind=other_kind)
        )
    if source.tree_id == target.tree_id and source.lft < target.lft < source.rght:
        problems.append(CODES.problem("merge.below", source=name, target=other))
    return problems


def close_problems(
    unit: OrgUnit, *, child_count: int, member_count: int, youth_count: int = 0
) -> list[Problem]:
    """What forbids closing `unit` with so many open units below, members and youth under review in it."""
    name = unit.short_name
    if not unit.is_open:
        return [CODES.problem("close.closed", name=name)]
    problems = []
    if unit.is_leading_organ:
        problems.append(CODES.problem("close.leading_organ", name=name))
    if child_count:
        problems.append(CODES.problem("close.has_children", name=name, count=child_count))
    if member_count:
        problems.append(CODES.problem("close.has_members", name=name, count=member_count))
    if youth_count:
        problems.append(CODES.problem("close.has_youth", name=name, count=youth_count))
    return problems


def reopen_problems(unit: OrgUnit, parent: OrgUnit | None) -> list[Problem]:
    """What forbids reopening `unit` under its parent."""
    if unit.is_open:
        return [CODES.problem("reopen.open", name=unit.short_name)]
    if parent is not None and not parent.is_open:
        return [CODES.problem("reopen.parent_closed", parent=parent.short_name, name=unit.short_name)]
    return []


def change_problems(unit: OrgUnit) -> list[Problem]:
    """What forbids changing `unit`: its card, name, place or industry."""
    return [] if unit.is_open else [CODES.problem("change.closed", name=unit.short_name)]
