"""The 2017 form of every unit above branch level, as a bulletin freezes it.

Specification (design: campaign, section 2; docs/decisions/0020). What `form2017` counts of one sub-tree this
moment is counted here of all at once, as of a cut-off and on the tree of that day, and folded upwards.
Members are not in it: a bulletin has them by domain already. A line without a figure is left out. Reads only.

An engagement has no period of its own: how many are engaged how is as it was found when the day was first
computed (`found_first`).
"""

import datetime as dt
from collections import Counter, defaultdict
from functools import reduce
from itertools import repeat
from operator import or_

from django.db.models import Q

from zhtj.lib import bulk

from cadres import queries as cadres
from orgs.history import PastTree, as_of
from orgs.kinds import LEADING_ORGANS, Domain
from progress import tally
from progress.models import OPTIONAL_COUNTS, Baseline, Campaign
from progress.queries.found_first import Engaged
from progress.queries.outline import Known, Outline

ORGANS = "leading_organs"  # the line of the leading organs, which have no domain
MORE = reduce(or_, (Q(**{f"{name}__isnull": False}) for name in OPTIONAL_COUNTS))  # than members is stated
Own = list[Counter[tuple[str, str]]]  # over the nodes: line and figure
Lines = dict[str, dict[str, int]]  # line → figure → count


def line_of(kind: str, domain: str) -> str:
    """The line a unit counts in."""
    return ORGANS if kind in LEADING_ORGANS else domain or Domain.OTHER.value


def formed(
    campaign: Campaign,
    tree: PastTree,
    frame: Outline,
    domains: list[str],
    in_posts: dict[int, int],
    cutoff_at: dt.datetime,
    engaged: Engaged | None,
) -> list[dict[str, Lines]]:
    """The form of each node: `entered` and, where somebody states more than members, `stated`.

    `domains`: of each branch; `in_posts`: people in a post by unit; `engaged`: as found that day, None:
    as it is now. Two queries; linear in units.
    """
    counted = _entered(tree, frame, domains, in_posts)
    if engaged is None:
        _add_engaged(counted, tree, frame, domains, cutoff_at)
    for node in range(len(frame.nodes) - 1, 0, -1):
        counted[frame.parents[node]].update(counted[node])
    if engaged is not None:
        for node, unit in frame.upper():
            counted[node].update(engaged.get(unit.unit_id, {}))
    forms = [{"entered": _by_line(found)} for found in counted]
    for (line, name), figures in _stated(campaign, frame, cutoff_at).items():
        for node, figure in enumerate(figures):
            if figure is not None:
                forms[node].setdefault("stated", {}).setdefault(line, {})[name] = figure
    return forms


def _entered(tree: PastTree, frame: Outline, domains: list[str], in_posts: dict[int, int]) -> Own:
    """What each node adds itself, with the branches directly under it: units, and people in a post."""
    own: Own = [Counter() for _ in frame.nodes]
    branches = tree.branches
    for (node, domain), count in Counter(zip(branches.home, domains, strict=True)).items():
        own[node][domain, "branch_count"] = count
    held: dict[tuple[int, str], int] = defaultdict(int)
    people_of = map(in_posts.get, branches.unit_id, repeat(0))
    for key, people in zip(zip(branches.home, domains, strict=True), people_of, strict=False):
        held[key] += people
    for (node, domain), count in held.items():
        if count:
            own[node][domain, "cadre_count"] = count
    for node, unit in frame.upper():
        line = line_of(unit.kind, unit.domain)
        if unit.kind not in LEADING_ORGANS:
            own[node][line, f"{unit.kind}_count"] += 1
        if unit.unit_id in in_posts:
            own[node][line, "cadre_count"] += in_posts[unit.unit_id]
    return own


def _add_engaged(
    own: Own, tree: PastTree, frame: Outline, domains: list[str], cutoff_at: dt.datetime
) -> None:
    """Those of them who are engaged in a stated way, as it is stated now."""
    engaged = list(cadres.engaged_by_unit(cutoff_at))
    lines = dict(zip(tree.branches.unit_id, domains, strict=True)) if engaged else {}
    for unit_id, engagement, people in engaged:
        home = frame.leaf.get(unit_id, frame.node.get(unit_id))
        if home is not None:
            unit = frame.nodes[home]
            line = lines.get(unit_id) or line_of(unit.kind, unit.domain)
            own[home][line, f"{engagement}_count"] += people


def _by_line(found: Counter[tuple[str, str]]) -> Lines:
    lines: Lines = {}
    for (line, name), count in sorted(found.items()):
        lines.setdefault(line, {})[name] = count
    return lines


def _stated(campaign: Campaign, frame: Outline, cutoff_at: dt.datetime) -> dict[tuple[str, str], Known]:
    """What baselines say beside members, over the nodes: the own figure, else the sum of those below. One
    query, and nothing to fold where nobody states it."""
    stated: dict[tuple[str, str], dict[int, int]] = {}
    rows = Baseline.objects.filter(as_of(cutoff_at), MORE, campaign=campaign.figures_id).order_by()
    columns = ("unit_id", "domain", *OPTIONAL_COUNTS)
    for unit_id, domain, *figures in bulk.fetched(rows.values_list(*columns)):
        for name, figure in zip(OPTIONAL_COUNTS, figures, strict=True):
            if figure is not None:
                stated.setdefault((domain, name), {})[unit_id] = figure
    return {
        key: tally.fold_expected(frame.parents, *frame.stated(figures))[0] for key, figures in stated.items()
    }
