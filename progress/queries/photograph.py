"""Taking the photograph: the tree and every count as of a cut-off, folded. Reads only.

Specification (design: house, Bulletin; campaign, section 3). Leaves are counted as of the cut-off
(one GROUP BY a measure), put on the tree as it stood then, and folded upwards by `tally` on the
units above branch level (`outline`). Nothing here depends on the present: the same cut-off gives
the same photograph at any later time.

A *series* is one column of the bulletin: what is expected and entered of every unit in one stage or
one domain. A member counts in the domain of the branch, a branch without one in 其他.
"""

import datetime as dt
from dataclasses import dataclass
from itertools import repeat
from operator import add

from zhtj.lib import bulk

from cadres import queries as cadres
from members import queries as members
from orgs.history import PastTree, as_of, tree_as_of
from orgs.kinds import Domain, UnitKind
from progress import tally
from progress.models import Baseline, BaselineAdjustment, Campaign, Measure, Stage
from progress.queries.completions import explained
from progress.queries.formed import Lines, formed
from progress.queries.found_first import FoundFirst
from progress.queries.outline import Known, Outline, outline
from progress.queries.structure import COMPLETE, structure

ByUnit = dict[str, dict[int, int]]  # domain → unit id → figure
OTHER = Domain.OTHER.value
NOTHING_YET = FoundFirst()


@dataclass(frozen=True, slots=True)
class Series:
    """One column, over the nodes. `own` is what each adds itself, with its leaves; None for a column that is
    a sum of others."""

    stage: str
    domain: str
    expected: Known
    entered: list[int]
    own: list[int] | None = None
    adjusted: Known | None = None  # expected with the agreed adjustments; None: the same
    explained: Known | None = None  # accounted for by accepted 本级录完; None: nobody declared any


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An explicit figure of a node beside the different sum of its children."""

    node: int
    domain: str
    explicit: int
    below: int


@dataclass(frozen=True, slots=True)
class Photograph:
    """One day, folded. `homeless` counts members of branches not in any tree."""

    tree: PastTree
    outline: Outline
    series: list[Series]
    mismatches: list[Mismatch]
    figures: dict[str, list[int]]  # structure columns, folded, over the nodes
    forms: list[dict[str, Lines]]  # the 2017 form of each node
    own_flags: dict[int, list[str]]  # the columns that count a unit itself, by its node
    domains: list[str]  # the domain each branch counts in, over `tree.branches`
    members: list[int]  # of each branch
    cadres: list[int]
    aside: list[int]  # members a node has itself although it is no branch
    expected: ByUnit  # stated of the units themselves
    explained: ByUnit
    homeless: int

    def of_branches(self, figures: ByUnit) -> list[int | None]:
        """The figure of each branch in its own domain, over `tree.branches`."""
        if not any(figures.values()):
            return [None] * len(self.domains)
        own = zip(self.domains, self.tree.branches.unit_id, strict=True)
        return [figures[domain].get(unit_id) for domain, unit_id in own]

    def of_stage(self, key: str) -> Series:
        return next(series for series in self.series if series.stage == key)


def take(
    campaign: Campaign,
    stages: list[Stage],
    cutoff_at: dt.datetime,
    first: FoundFirst = NOTHING_YET,
) -> Photograph:
    """The photograph of `cutoff_at`. Some fourteen queries; linear in units and (in the database) members.

    `first`: what has no period behind it, as found when the day was first counted; else as it is now.
    """
    tree = tree_as_of(campaign.province, cutoff_at)
    frame = outline(tree)
    counted = dict(members.active_counts_by_branch(cutoff_at))
    in_posts = dict(cadres.counts_by_unit(cutoff_at))
    sizes = _of_branches(tree, counted)
    aside = [0 if u.kind == UnitKind.BRANCH else counted.get(u.unit_id, 0) for u in frame.nodes]
    domains_of_branches = [domain or OTHER for domain in tree.branches.domain]
    expected = _stated(campaign, cutoff_at)
    told = _explained(campaign, cutoff_at, expected, counted)
    entered = _by_domain(tree, domains_of_branches, sizes, aside)
    changes = _changes(campaign, frame, cutoff_at)
    domains, mismatches = _domains(frame, entered, expected, told, changes)
    complete = cadres.grassroots_complete(cutoff_at)
    series = [_stage(stage, frame, domains, complete, cutoff_at) for stage in stages]
    figures, flags = structure(tree, frame, sizes, in_posts.keys(), cutoff_at, first.without_admin)
    forms = formed(campaign, tree, frame, domains_of_branches, in_posts, cutoff_at, first.engaged)
    if any(stage.measure == Measure.GRASSROOTS_CADRES for stage in stages):
        _flag_complete(frame, complete, flags)
    return Photograph(
        tree=tree,
        outline=frame,
        series=[*series, *domains.values()],
        mismatches=mismatches,
        figures=figures,
        forms=forms,
        own_flags=flags,
        domains=domains_of_branches,
        members=sizes,
        cadres=_of_branches(tree, in_posts),
        aside=aside,
        expected=expected,
        explained=told,
        homeless=_homeless(tree, frame, counted),
    )


def _of_branches(tree: PastTree, counts: dict[int, int]) -> list[int]:
    """Counts by unit id as a list over the branches; units outside the tree are left out."""
    return list(map(counts.get, tree.branches.unit_id, repeat(0)))


def _homeless(tree: PastTree, frame: Outline, counted: dict[int, int]) -> int:
    astray = counted.keys() - frame.leaf.keys() - frame.node.keys() - tree.elsewhere
    return sum(map(counted.__getitem__, astray))


def _by_domain(
    tree: PastTree, domains: list[str], sizes: list[int], aside: list[int]
) -> dict[str, list[int]]:
    """Members by the domain of their branch, over the nodes."""
    own = {domain: [0] * len(tree.units) for domain in Domain.values}
    for domain, node, count in zip(domains, tree.branches.home, sizes, strict=True):
        own[domain][node] += count
    for node, unit in enumerate(tree.units):
        own[unit.domain or OTHER][node] += aside[node]
    return own


def _stated(campaign: Campaign, cutoff_at: dt.datetime) -> ByUnit:
    """The baselines in force."""
    stated: ByUnit = {domain: {} for domain in Domain.values}
    rows = Baseline.objects.filter(as_of(cutoff_at), campaign=campaign.figures_id).order_by()
    for unit_id, domain, count in bulk.fetched(rows.values_list("unit_id", "domain", "member_count")):
        stated[domain][unit_id] = count
    return stated


def _explained(campaign: Campaign, cutoff_at: dt.datetime, stated: ByUnit, counted: dict[int, int]) -> ByUnit:
    """What accepted declarations of 本级录完 account for; of a branch no more than it lacks by now."""
    told: ByUnit = {domain: {} for domain in Domain.values}
    for (unit_id, domain), count in explained(campaign, cutoff_at).items():
        if unit_id in stated[domain]:
            count = min(count, max(0, stated[domain][unit_id] - counted.get(unit_id, 0)))
        told[domain][unit_id] = count
    return told


def _domains(
    frame: Outline,
    entered: dict[str, list[int]],
    stated: ByUnit,
    told: ByUnit,
    changes: dict[str, list[int]],
) -> tuple[dict[str, Series], list[Mismatch]]:
    """The series of each domain, and where its baselines do not agree."""
    parents = frame.parents
    series, mismatches = {}, []
    for domain, own in entered.items():
        explicit, leaves = frame.stated(stated[domain])
        expected, below = tally.fold_expected(parents, explicit, leaves)
        adjusted = tally.adjust(parents, expected, changes[domain]) if domain in changes else None
        reached = tally.fold(parents, own)
        accounted = None
        if told[domain]:
            lacking = tally.missing(adjusted or expected, reached)
            accounted = tally.fold_explained(parents, *frame.stated(told[domain]), lacking)
        series[domain] = Series("", domain, expected, reached, own, adjusted, accounted)
        for node in tally.mismatches(explicit, below):
            mismatches.append(Mismatch(node, domain, explicit[node] or 0, below[node] or 0))
    return series, mismatches


def _changes(campaign: Campaign, frame: Outline, cutoff_at: dt.datetime) -> dict[str, list[int]]:
    """Adjustments agreed to before the cut-off: by domain, over the nodes; without one none."""
    agreed = BaselineAdjustment.objects.filter(
        campaign=campaign.figures_id, state=BaselineAdjustment.State.AGREED, decided_at__lt=cutoff_at
    )
    changes: dict[str, list[tuple[int, int]]] = {}
    for unit_id, domain, change in agreed.order_by().values_list("unit_id", "domain", "change"):
        changes.setdefault(domain, []).append((unit_id, change))
    return {domain: frame.gathered(agreed_to) for domain, agreed_to in changes.items()}


def _stage(
    stage: Stage, frame: Outline, domains: dict[str, Series], complete: set[int], cutoff_at: dt.datetime
) -> Series:
    """The series of one stage, by its measure."""
    if stage.measure == Measure.MEMBERS:
        chosen = [domains[domain] for domain in stage.domains]
        known = tally.sum_known([series.expected for series in chosen])
        adjusted = tally.sum_known([series.adjusted or series.expected for series in chosen])
        entered = _sum([series.entered for series in chosen])
        told = [series.explained for series in chosen if series.explained]
        lacking = tally.missing(adjusted, entered)
        accounted = tally.no_more_than(tally.sum_known(told), lacking) if told else None
        return Series(stage.key, "", known, entered, adjusted=adjusted, explained=accounted)
    if stage.measure == Measure.ORGAN_CADRES:
        counts = list(cadres.organ_counts(cutoff_at))
        expected = frame.gathered((unit, given - gone + added) for unit, given, gone, added, _ in counts)
        own = frame.gathered((unit, verified) for unit, *_, verified in counts)
    else:
        expected = [int(unit.kind in cadres.GRASSROOTS_KINDS) for unit in frame.nodes]
        own = frame.gathered(zip(complete, repeat(1)))
    folded = tally.fold(frame.parents, expected)
    return Series(stage.key, "", list(folded), tally.fold(frame.parents, own), own)


def _flag_complete(frame: Outline, complete: set[int], flags: dict[int, list[str]]) -> None:
    """The units that the stage of the grassroots cadres counts, for the list behind its figure."""
    for node, unit in enumerate(frame.nodes):
        if unit.unit_id in complete:
            flags.setdefault(node, []).append(COMPLETE)


def _sum(columns: list[list[int]]) -> list[int]:
    total = list(columns[0])
    for column in columns[1:]:
        total = list(map(add, total, column))
    return total
