"""Taking the photograph: the tree and every count as of a cut-off, folded. Reads only.

Specification (design: house, Bulletin; campaign, section 3). Leaves are counted as of the cut-off
(one GROUP BY a measure), put on the tree as it stood then, and folded upwards by `tally`. Nothing
here depends on the present: the same cut-off gives the same photograph at any later time.

A *series* is one column of the bulletin: what is expected and entered of every unit in one stage or
one domain. A member counts in the domain of the branch, a branch without one in 其他.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from itertools import compress
from operator import add

from cadres import queries as cadres
from members import queries as members
from orgs.history import PastTree, Placed, as_of, tree_as_of
from orgs.kinds import Domain, UnitKind
from progress import tally
from progress.models import Baseline, BaselineAdjustment, Campaign, Measure, Stage
from progress.queries.completions import explained
from progress.queries.structure import COMPLETE, structure

Known = list[int | None]
OTHER = Domain.OTHER.value


@dataclass(frozen=True, slots=True)
class Series:
    """One column. `own` is what each unit adds itself; None for a column that is a sum of others."""

    stage: str
    domain: str
    expected: Known
    entered: list[int]
    own: list[int] | None = None
    adjusted: Known | None = None  # expected with the agreed adjustments; None: the same
    explained: Known | None = None  # accounted for by accepted 本级录完; None: nobody declared any


@dataclass(frozen=True, slots=True)
class Mismatch:
    """An explicit figure beside the different sum of the unit's children."""

    index: int
    domain: str
    explicit: int
    below: int


@dataclass(frozen=True, slots=True)
class Photograph:
    """One day, folded. Lists run over `tree.units`; `homeless` counts members of branches not in any tree."""

    tree: PastTree
    upper: list[Placed]  # the units above branch level
    branches: list[Placed]
    series: list[Series]
    mismatches: list[Mismatch]
    members: list[int]
    cadres: list[int]
    figures: dict[str, list[int]]  # structure columns, folded
    own_flags: dict[int, list[str]]  # the columns that count a unit itself, by its place
    homeless: int

    @property
    def units(self) -> list[Placed]:
        return self.tree.units

    def of_stage(self, key: str) -> Series:
        return next(series for series in self.series if series.stage == key)

    def of_domain(self, domain: str) -> Series:
        return next(series for series in self.series if series.domain == domain)


def take(
    campaign: Campaign,
    stages: list[Stage],
    cutoff_at: dt.datetime,
    without_admin: set[int] | None = None,
) -> Photograph:
    """The photograph of `cutoff_at`. A dozen queries; linear in units and (in the database) members.

    `without_admin`: as found when the day was first counted; None: as it is now (`structure`).
    """
    tree = tree_as_of(campaign.province, cutoff_at)
    place = {unit.unit_id: unit.place for unit in tree.units}
    parents = [unit.parent for unit in tree.units]
    counted = dict(members.active_counts_by_branch(cutoff_at))
    own_members = _spread(place, counted.items())
    domains, mismatches = _domains(campaign, tree, place, parents, own_members, cutoff_at)
    own_cadres = _spread(place, cadres.counts_by_unit(cutoff_at))
    series = [_stage(stage, tree, place, parents, domains, cutoff_at) for stage in stages]
    upper, branches = _by_level(tree.units)
    figures, flags = structure(upper, branches, parents, own_members, own_cadres, cutoff_at, without_admin)
    _flag_complete(stages, series, flags)
    return Photograph(
        tree=tree,
        upper=upper,
        branches=branches,
        series=[*series, *domains.values()],
        mismatches=mismatches,
        members=own_members,
        cadres=own_cadres,
        figures=figures,
        own_flags=flags,
        homeless=sum(
            count for unit, count in counted.items() if unit not in place and unit not in tree.elsewhere
        ),
    )


def branch_domain(unit: Placed) -> str:
    """The domain a branch counts in."""
    return unit.domain or OTHER


def _by_level(units: list[Placed]) -> tuple[list[Placed], list[Placed]]:
    """The units above branch level, and the branches."""
    kind = UnitKind.BRANCH.value
    return [unit for unit in units if unit.kind != kind], [unit for unit in units if unit.kind == kind]


def _spread(place: dict[int, int], counts: Iterable[tuple[int, int]]) -> list[int]:
    """Counts by unit id as a list over the tree; units outside it are left out."""
    spread = [0] * len(place)
    for unit_id, count in counts:
        if unit_id in place:
            spread[place[unit_id]] = count
    return spread


def _domains(
    campaign: Campaign,
    tree: PastTree,
    place: dict[int, int],
    parents: list[int],
    own_members: list[int],
    cutoff_at: dt.datetime,
) -> tuple[dict[str, Series], list[Mismatch]]:
    """The series of each domain, and where its baselines do not agree."""
    size = len(tree.units)
    own: dict[str, list[int]] = {domain: [0] * size for domain in Domain.values}
    for unit in compress(tree.units, own_members):
        own[unit.domain or OTHER][unit.place] = own_members[unit.place]
    explicit: dict[str, Known] = {domain: [None] * size for domain in Domain.values}
    rows = Baseline.objects.filter(as_of(cutoff_at), campaign=campaign.figures_id).order_by()
    for unit_id, domain, count in rows.values_list("unit_id", "domain", "member_count"):
        if unit_id in place:
            explicit[domain][place[unit_id]] = count
    changes = _changes(campaign, place, cutoff_at)
    told = _explained(campaign, place, cutoff_at)
    series, mismatches = {}, []
    for domain in Domain.values:
        expected, below = tally.fold_expected(parents, explicit[domain])
        entered = tally.fold(parents, own[domain])
        adjusted = tally.adjust(parents, expected, changes[domain]) if domain in changes else None
        accounted = tally.fold_expected(parents, told[domain])[0] if domain in told else None
        series[domain] = Series("", domain, expected, entered, own[domain], adjusted, accounted)
        for index in tally.mismatches(explicit[domain], below):
            mismatches.append(Mismatch(index, domain, explicit[domain][index] or 0, below[index] or 0))
    return series, mismatches


def _changes(campaign: Campaign, place: dict[int, int], cutoff_at: dt.datetime) -> dict[str, list[int]]:
    """Adjustments agreed to before the cut-off: by domain, over the tree; without one none."""
    agreed = BaselineAdjustment.objects.filter(
        campaign=campaign.figures_id, state=BaselineAdjustment.State.AGREED, decided_at__lt=cutoff_at
    )
    changes: dict[str, list[int]] = {}
    for unit_id, domain, change in agreed.order_by().values_list("unit_id", "domain", "change"):
        if unit_id in place:
            changes.setdefault(domain, [0] * len(place))[place[unit_id]] += change
    return changes


def _explained(campaign: Campaign, place: dict[int, int], cutoff_at: dt.datetime) -> dict[str, Known]:
    """What accepted declarations of 本级录完 account for: by domain, over the tree; without one none."""
    told: dict[str, Known] = {}
    for (unit_id, domain), count in explained(campaign, cutoff_at).items():
        if unit_id in place:
            told.setdefault(domain, [None] * len(place))[place[unit_id]] = count
    return told


def _stage(
    stage: Stage,
    tree: PastTree,
    place: dict[int, int],
    parents: list[int],
    domains: dict[str, Series],
    cutoff_at: dt.datetime,
) -> Series:
    """The series of one stage, by its measure."""
    if stage.measure == Measure.MEMBERS:
        chosen = [domains[domain] for domain in stage.domains]
        changed = any(series.adjusted for series in chosen)
        told = [series.explained for series in chosen if series.explained]
        return Series(
            stage.key,
            "",
            tally.sum_known([series.expected for series in chosen]),
            _sum([series.entered for series in chosen]),
            adjusted=tally.sum_known([s.adjusted or s.expected for s in chosen]) if changed else None,
            explained=tally.sum_known(told) if told else None,
        )
    if stage.measure == Measure.ORGAN_CADRES:
        counts = list(cadres.organ_counts(cutoff_at))
        due = ((unit, given - gone + added) for unit, given, gone, added, _ in counts)
        expected = _spread(place, due)
        own = _spread(place, ((unit, verified) for unit, *_, verified in counts))
    else:
        expected = [int(unit.kind in cadres.GRASSROOTS_KINDS) for unit in tree.units]
        own = _spread(place, ((unit, 1) for unit in cadres.grassroots_complete(cutoff_at)))
    return Series(stage.key, "", list(tally.fold(parents, expected)), tally.fold(parents, own), own)


def _flag_complete(stages: Iterable[Stage], series: list[Series], flags: dict[int, list[str]]) -> None:
    """The units that the stage of the grassroots cadres counts, for the list behind its figure."""
    for stage, column in zip(stages, series, strict=True):
        if stage.measure == Measure.GRASSROOTS_CADRES and column.own is not None:
            for place in compress(range(len(column.own)), column.own):
                flags.setdefault(place, []).append(COMPLETE)


def _sum(columns: list[list[int]]) -> list[int]:
    total = list(columns[0])
    for column in columns[1:]:
        total = list(map(add, total, column))
    return total
