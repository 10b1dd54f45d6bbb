"""Writing a photograph down: units, branches, and the checks a bulletin makes of itself.

Called by `bulletins` alone, inside its transaction.
"""

from collections.abc import Iterator
from itertools import repeat
from typing import Any

from django.db.models import Q, Sum
from django.db.models.functions import Coalesce

from zhtj.lib import bulk

from members.queries.history import left_counts_by_branch
from progress import tally
from progress.models import Bulletin, BulletinBranch, BulletinState, BulletinUnit
from progress.queries.photograph import Photograph, Series, branch_domain

Check = dict[str, Any]  # {"name", "ok", "detail"}
NAMED = 5  # units a failed check names

UNIT_FIELDS = [
    "bulletin_id",
    "unit_id",
    "parent_id",
    "position",
    "last_position",
    "level",
    "code",
    "short_name",
    "kind",
    "unit_class",
    "figures",
    "stages",
    "domains",
]
BRANCH_FIELDS = [
    "bulletin_id",
    "unit_id",
    "parent_id",
    "position",
    "code",
    "short_name",
    "unit_class",
    "domain",
    "expected",
    "explained",
    "members",
    "cadres",
]


def write(bulletin: Bulletin, photograph: Photograph) -> None:
    """Replace whatever stands under this bulletin by the photograph's rows."""
    bulletin.branches.all().delete()
    bulletin.units.all().delete()
    bulk.insert(BulletinUnit, UNIT_FIELDS, _unit_rows(bulletin, photograph))
    bulk.insert(BulletinBranch, BRANCH_FIELDS, _branch_rows(bulletin, photograph))


def checks(bulletin: Bulletin, photograph: Photograph) -> list[Check]:
    """What the bulletin finds when it looks at itself. All but the last must be right to publish."""
    return [
        _sums(photograph),
        _complete(bulletin, photograph),
        _members_placed(photograph),
        _falls_explained(bulletin),
        _baselines(photograph),
    ]


def _unit_rows(bulletin: Bulletin, photograph: Photograph) -> Iterator[tuple[Any, ...]]:
    """Every unit above branch level with a line in every series; zeros included."""
    units = photograph.units
    mismatches: dict[int, dict[str, list[int]]] = {}
    for found in photograph.mismatches:
        mismatches.setdefault(found.node, {})[found.domain] = [found.explicit, found.below]
    by_stage = [(column.stage, _counted(column)) for column in photograph.series if column.stage]
    by_domain = [(column.domain, _counted(column)) for column in photograph.series if column.domain]
    for node, unit in photograph.outline.upper():
        figures: dict[str, Any] = {name: counts[node] for name, counts in photograph.figures.items()}
        if node in photograph.own_flags:
            figures["own"] = dict.fromkeys(photograph.own_flags[node], 1)
        if node in mismatches:
            figures["mismatches"] = mismatches[node]
        yield (
            bulletin.pk,
            unit.unit_id,
            units[unit.parent].unit_id if unit.parent >= 0 else None,
            unit.place,
            unit.last,
            unit.level,
            unit.code,
            unit.short_name,
            unit.kind,
            unit.unit_class,
            figures,
            {key: counted[node] for key, counted in by_stage},
            {key: counted[node] for key, counted in by_domain},
        )


def _counted(column: Series) -> list[tuple[int | None, int | None, int, int | None]]:
    """The fields of `Counted`, node by node."""
    adjusted = column.adjusted or column.expected
    explained = column.explained or repeat(None, len(column.entered))
    return list(zip(column.expected, adjusted, column.entered, explained, strict=True))


def _branch_rows(bulletin: Bulletin, photograph: Photograph) -> Iterator[tuple[Any, ...]]:
    """Column by column: a province has 86 000 of them."""
    units = photograph.units
    branches = [unit for unit in photograph.branches() if unit.parent >= 0]
    places = [unit.place for unit in branches]
    ids = [unit.unit_id for unit in branches]
    domains = list(map(branch_domain, branches))
    of_domain = list(zip(domains, ids, strict=True))
    return zip(
        repeat(bulletin.pk, len(branches)),
        ids,
        [units[unit.parent].unit_id for unit in branches],
        places,
        [unit.code for unit in branches],
        [unit.short_name for unit in branches],
        [unit.unit_class for unit in branches],
        domains,
        [photograph.expected[domain].get(unit_id) for domain, unit_id in of_domain],
        [photograph.explained[domain].get(unit_id) for domain, unit_id in of_domain],
        map(photograph.members.__getitem__, places),
        map(photograph.cadres.__getitem__, places),
        strict=True,
    )


def _check(name: str, detail: str, *, ok: bool) -> Check:
    return {"name": name, "ok": ok, "detail": detail}


def _sums(photograph: Photograph) -> Check:
    """A counted figure of a parent = its own + its children's, by a second way of adding up.

    Every column over the nodes; and all members together over the whole tree, branch by branch.
    """
    nodes, last = photograph.outline.nodes, photograph.outline.last
    wrong = {
        node
        for column in photograph.series
        if column.own is not None
        for node in tally.unbalanced(range(len(nodes)), last, column.own, column.entered)
    }
    places, ends = [unit.place for unit in nodes], [unit.last for unit in nodes]
    by_domain = [column.entered for column in photograph.series if column.domain]
    together = [sum(figures) for figures in zip(*by_domain, strict=True)]
    wrong.update(tally.unbalanced(places, ends, photograph.members, together))
    names = "、".join(nodes[node].short_name for node in sorted(wrong)[:NAMED])
    detail = f"{len(wrong)} 个组织的上下级合计不符：{names}" if wrong else "各级合计相符"
    return _check("sums", detail, ok=not wrong)


def _complete(bulletin: Bulletin, photograph: Photograph) -> Check:
    """No unit of that day is missing, and every one has all its lines, as they stand in the database."""
    above = len(photograph.outline.upper())
    expected = (above, len(photograph.units) - above)
    stages = [column.stage for column in photograph.series if column.stage]
    domains = [column.domain for column in photograph.series if column.domain]
    whole = bulletin.units.filter(stages__has_keys=stages, domains__has_keys=domains)
    stored = (whole.count(), bulletin.branches.count())
    strays = photograph.tree.strays
    if strays:
        return _check("units", f"{len(strays)} 个组织当日没有上级，未计入", ok=False)
    if stored != expected:
        return _check("units", f"应有 {expected} 行，实有 {stored} 行", ok=False)
    return _check("units", f"{above} 个团委（总支）、{expected[1]} 个团支部", ok=True)


def _members_placed(photograph: Photograph) -> Check:
    homeless = photograph.homeless
    detail = f"{homeless} 名团员所在的组织当日不在组织树上" if homeless else "团员均在团支部内"
    return _check("members", detail, ok=not homeless)


def _falls_explained(bulletin: Bulletin) -> Check:
    """No branch has fewer members than the day before but by members who left it.

    A membership may end by withdrawal, transfer, claim, merger or an import undone: all of them close its
    period, and a period that was closed explains one. A unit's fall is the fall of its branches, so with
    the sums right this covers every level; moved and merged branches carry their members along and are
    compared where they are. Two queries; only branches that fell leave the database.
    """
    before = previous(bulletin)
    if before is None:
        return _check("falls", "没有更早的通报可比", ok=True)
    fallen = _fallen(before, bulletin)
    if not fallen:
        return _check("falls", f"与 {before.day} 相比，没有减少", ok=True)
    left = dict(left_counts_by_branch(fallen, before.cutoff_at, bulletin.cutoff_at))
    wrong = [unit_id for unit_id, lost in fallen.items() if lost > left.get(unit_id, 0)]
    if wrong:
        named = before.branches.filter(unit__in=wrong).order_by("position")[:NAMED]
        names = "、".join(named.values_list("short_name", flat=True))
        return _check("falls", f"{len(wrong)} 个团支部的人数减少没有记录可以说明：{names}", ok=False)
    lost = sum(fallen.values())
    return _check("falls", f"与 {before.day} 相比，{len(fallen)} 个团支部减少 {lost} 人，均有记录", ok=True)


def _fallen(before: Bulletin, bulletin: Bulletin) -> dict[int, int]:
    """Of each branch that has fewer members than before: how many fewer. One query.

    Grouped, not joined: PostgreSQL knows nothing yet of rows written this minute, takes them for very few,
    and a join of two such bulletins may then take hours.
    """
    both = BulletinBranch.objects.filter(bulletin__in=(before, bulletin)).order_by().values("unit_id")
    then, now = (Coalesce(Sum("members", filter=Q(bulletin=which)), 0) for which in (before, bulletin))
    fewer = both.annotate(fewer=then - now).filter(fewer__gt=0)
    return dict(fewer.values_list("unit_id", "fewer"))


def _baselines(photograph: Photograph) -> Check:
    """Baselines that disagree are shown, never fatal."""
    count = len(photograph.mismatches)
    return _check("baselines", f"{count} 处基数与下级合计不符" if count else "基数上下一致", ok=True)


def previous(bulletin: Bulletin) -> Bulletin | None:
    """The last finished bulletin of an earlier day."""
    return (
        Bulletin.objects.filter(campaign=bulletin.campaign_id, day__lt=bulletin.day)
        .exclude(state=BulletinState.STARTED)
        .order_by("-day", "-revision")
        .first()
    )
