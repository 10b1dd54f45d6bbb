"""What a merge or a closing would do, before it is done."""

from dataclasses import dataclass, field

from zhtj.desk import sizes
from zhtj.imports import travel as batches
from zhtj.lib.problems import Problem

import cadres.presence
import members.queries
from members.queries import review
from orgs import finding, reshaping, tree
from orgs.kinds import FEWEST_MEMBERS, Domain
from orgs.models import OrgUnit
from orgs.scopes import Scope
from progress.queries import figures_with, lost_with


@dataclass(slots=True)
class MergePreview:
    """`problems` forbid it; `remarks` are sentences to think about. Sizes are members or units below."""

    source: OrgUnit
    target: OrgUnit
    result: int
    posts: int
    batches: int
    problems: list[Problem] = field(default_factory=list)
    remarks: list[str] = field(default_factory=list)

    @property
    def what(self) -> str:
        """What the sizes count."""
        return "名团员" if self.source.is_branch else "个直属下级"


@dataclass(slots=True)
class ClosePreview:
    """What stands in the way of closing a unit, and what would end with it."""

    unit: OrgUnit
    posts: int
    problems: list[Problem]
    figures: list[str]  # stated for it, in words: expected of nobody any more


def of_merge(scope: Scope, source: OrgUnit, target: OrgUnit) -> MergePreview:
    """Five queries."""
    source, target = sizes.sized(scope, source), sizes.sized(scope, target)
    preview = MergePreview(
        source,
        target,
        result=sizes.result_of(source, target),
        posts=source.post_count,
        batches=batches.under_way(source).count(),
        problems=reshaping.merge_problems(source, target),
    )
    if not preview.problems:
        preview.problems = _name_clashes(source, target)
    preview.remarks = _remarks(preview)
    return preview


def of_closing(scope: Scope, unit: OrgUnit) -> ClosePreview:
    """Four queries."""
    unit = sizes.sized(scope, unit)
    size: int = unit.size
    problems = reshaping.close_problems(
        unit,
        member_count=size if unit.is_branch else 0,
        child_count=0 if unit.is_branch else size,
        youth_count=review.youth_of(scope, unit).count(),
    )
    return ClosePreview(unit, unit.post_count, problems, lost_with(unit))


@dataclass(slots=True)
class IndustryPreview:
    """What stating `industry` would change: units and members that go over to `domain`, and the 团统数 of
    theirs that go along.
    """

    unit: OrgUnit
    industry: str
    domain: str
    units: int
    members: int
    expected: int


def of_industry(unit: OrgUnit, industry: str) -> IndustryPreview:
    """Six queries, whatever the size of the sub-tree."""
    changed = tree.changed_domains(unit, industry)
    _, domain = changed.get(unit.pk, ("", unit.domain))
    counts = members.queries.active_counts(list(changed))
    word = Domain(domain).label if domain else ""
    expected = figures_with(unit, changed) if changed else 0
    return IndustryPreview(unit, industry, word, len(changed), sum(counts.values()), expected)


def _name_clashes(source: OrgUnit, target: OrgUnit) -> list[Problem]:
    """Units below both under one name: they could not stand side by side."""
    below = set(finding.open_children(target).values_list("short_name", flat=True))
    return [
        reshaping.CODES.problem("merge.same_names", name=child.short_name, target=target.short_name)
        for child in finding.open_children(source)
        if child.short_name in below
    ]


def _remarks(preview: MergePreview) -> list[str]:
    source, target = preview.source, preview.target
    remarks = []
    if source.is_branch and preview.result < FEWEST_MEMBERS:
        remarks.append(f"合并后仍只有 {preview.result} 名团员，不足 {FEWEST_MEMBERS} 人。")
    if source.is_branch and preview.result > sizes.MOST:
        remarks.append(f"合并后有 {preview.result} 名团员，超过 {sizes.MOST} 人，请考虑另选一个团支部。")
    if source.domain != target.domain:
        remarks.append(
            f"两个组织领域不同：合并后的团员计入“{target.get_domain_display()}”，不再计入“{source.get_domain_display()}”。"
        )
    if source.parent_id != target.parent_id:
        remarks.append("两个组织的上级不同：合并后的团员计入并入组织的上级。")
    if cadres.presence.secretary_count([source.pk, target.pk]) > 1:
        remarks.append("两边都有书记，合并后请核对职务。")
    return remarks
