"""Writing a photograph down: units, branches, and the checks a bulletin makes of itself.

Called by `bulletins` alone, inside its transaction.
"""

from collections.abc import Iterator, Sequence
from itertools import repeat
from typing import Any

from django.db.models import QuerySet

from zhtj.lib import bulk

from members.queries.history import left_counts_by_branch
from progress import tally
from progress.models import Bulletin, BulletinState
from progress.queries.photograph import Photograph, Series

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
    """Have the photograph's rows, and no others, stand under this bulletin."""
    units = list(zip(*_unit_rows(bulletin, photograph), strict=True))
    _put(bulletin.units.all(), UNIT_FIELDS, units)
    _put(bulletin.branches.all(), BRANCH_FIELDS, _branch_columns(bulletin, photograph))


def _put(standing: QuerySet[Any], fields: list[str], columns: Sequence[Sequence[Any]]) -> None:
    """Replace what stands there by these rows, in the order of their places.

    The same cut-off gives the same rows, so a day computed again mostly finds them as they are. To look
    costs a third of writing them.
    """
    found = list(standing.order_by("position").values_list(*fields))
    if found and found == list(zip(*columns, strict=True)):
        return
    standing.delete()
    bulk.insert_columns(standing.model, fields, columns)


def checks(bulletin: Bulletin, photograph: Photograph) -> list[Check]:
    """What the bulletin finds when it looks at itself. All but the last must be right to publish."""
    return [
        _sums(photograph),
        _complete(bulletin, photograph),
        _members_placed(photograph),
        _falls_explained(bulletin, photograph),
        _baselines(photograph),
    ]


def _unit_rows(bulletin: Bulletin, photograph: Photograph) -> Iterator[tuple[Any, ...]]:
    """Every unit above branch level with a line in every series; zeros included."""
    mismatches: dict[int, dict[str, list[int]]] = {}
    for found in photograph.mismatches:
        mismatches.setdefault(found.node, {})[found.domain] = [found.explicit, found.below]
    by_stage = [(column.stage, _counted(column)) for column in photograph.series if column.stage]
    by_domain = [(column.domain, _counted(column)) for column in photograph.series if column.domain]
    for node, unit in photograph.outline.upper():
        figures: dict[str, Any] = {name: counts[node] for name, counts in photograph.figures.items()}
        figures["form"] = photograph.forms[node]
        if node in photograph.own_flags:
            figures["own"] = dict.fromkeys(photograph.own_flags[node], 1)
        if node in mismatches:
            figures["mismatches"] = mismatches[node]
        yield (
            bulletin.pk,
            unit.unit_id,
            unit.parent_id,
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


def _counted(column: Series) -> list[list[int | None]]:
    """The fields of `Counted`, node by node; lists, as JSON gives them back."""
    adjusted = column.adjusted or column.expected
    explained = column.explained or repeat(None, len(column.entered))
    return list(map(list, zip(column.expected, adjusted, column.entered, explained, strict=True)))


def _branch_columns(bulletin: Bulletin, photograph: Photograph) -> list[Sequence[Any]]:
    """The branches as they are handed on from query to COPY: a province has 92 000 of them."""
    there = photograph.tree.branches
    return [
        [bulletin.pk] * len(there.place),
        there.unit_id,
        there.parent_id,
        there.place,
        there.code,
        there.short_name,
        there.unit_class,
        photograph.domains,
        photograph.of_branches(photograph.expected),
        photograph.of_branches(photograph.explained),
        photograph.members,
        photograph.cadres,
    ]


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
    wrong.update(tally.unbalanced(places, ends, _by_place(photograph), together))
    names = "、".join(nodes[node].short_name for node in sorted(wrong)[:NAMED])
    detail = f"{len(wrong)} 个组织的上下级合计不符：{names}" if wrong else "各级合计相符"
    return _check("sums", detail, ok=not wrong)


def _by_place(photograph: Photograph) -> list[int]:
    """Members of every unit itself, branches at their own places."""
    nodes, branches = photograph.outline.nodes, photograph.tree.branches
    own = [0] * (nodes[0].last + 1)
    for unit, count in zip(nodes, photograph.aside, strict=True):
        own[unit.place] += count
    for place, count in zip(branches.place, photograph.members, strict=True):
        own[place] += count
    return own


def _complete(bulletin: Bulletin, photograph: Photograph) -> Check:
    """No unit of that day is missing, and every one has all its lines, as they stand in the database."""
    above = len(photograph.outline.upper())
    expected = (above, len(photograph.members))
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


def _falls_explained(bulletin: Bulletin, photograph: Photograph) -> Check:
    """No branch has fewer members than the day before but by members who left it.

    A membership may end by withdrawal, transfer, claim, merger or an import undone: all of them close its
    period, and a period that was closed explains one. A unit's fall is the fall of its branches, so with
    the sums right this covers every level; moved and merged branches carry their members along and are
    compared where they are. Two queries, a third where something is wrong.
    """
    before = previous(bulletin)
    if before is None:
        return _check("falls", "没有更早的通报可比", ok=True)
    now = dict(zip(photograph.tree.branches.unit_id, photograph.members, strict=True))
    then = bulk.fetched(before.branches.order_by().values_list("unit_id", "members"))
    fallen = {unit_id: count - now.get(unit_id, 0) for unit_id, count in then if count > now.get(unit_id, 0)}
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
