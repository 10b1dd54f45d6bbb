"""The 团统数 go along with the members: into the unit that takes another in, into a unit's new domain."""

import datetime as dt
from itertools import groupby
from operator import attrgetter

from orgs import audit
from orgs.kinds import Domain
from orgs.models import OrgUnit
from orgs.scopes import Actor
from orgs.tree import Domains
from progress.models import COUNTS, Baseline
from progress.queries.passage import Counts, added, members_of, passing
from progress.queries.standing import inside, topmost

NOTHING: Counts = [None] * len(COUNTS)


def follow_domains(actor: Actor, *, top: OrgUnit, changed: Domains, at: dt.datetime) -> int:
    """Have what is stated for units of another domain now be stated there; returns how many.

    Part of a change of industry, a move or a merge of `top` (decision 0034): the caller has asked for the
    right, stamped `at` and holds the tree alone. Three statements, one audit entry where figures go.
    """
    found = passing(top, changed)
    if not found:
        return 0
    Baseline.objects.filter(pk__in=[pk for row in found for pk in row.ends]).update(until_at=at)
    Baseline.objects.bulk_create(
        [_stated(actor, row.campaign_id, row.unit_id, row.domain, row.counts, at) for row in found],
        batch_size=2000,
    )
    by_key = attrgetter("campaign_id", "domain")
    told = {
        f"{campaign_id} {Domain(domain).label}": members_of(rows)
        for (campaign_id, domain), rows in groupby(sorted(found, key=by_key), key=by_key)
    }
    audit.record(actor, "progress.follow_domains", unit=top, after={"figures": len(found), **told})
    return len(found)


def _stated(
    actor: Actor, campaign_id: int, unit_id: int, domain: str, counts: Counts, at: dt.datetime
) -> Baseline:
    """A figure in force from `at` on."""
    return Baseline(
        campaign_id=campaign_id,
        unit_id=unit_id,
        domain=domain,
        from_at=at,
        entered_by=actor.user,
        **dict(zip(COUNTS, counts, strict=True)),
    )


def move_figures(actor: Actor, *, source: OrgUnit, target: OrgUnit, at: dt.datetime) -> int:
    """Add what is stated for `source` to what is stated for `target`; returns how many figures changed.

    Part of a merge, before what stands below `source` moves: the caller has asked for the right, stamped
    `at`, holds the tree alone and has had the figures follow into the target's domain (`follow_domains`). A
    domain in which neither has a figure of its own needs nothing: the figures further down go with their
    units. The periods of both end at `at`. Four queries a campaign, one audit entry.
    """
    standing = Baseline.objects.filter(until_at=None)
    own = list(standing.select_for_update().filter(unit__in=[source, target]).order_by("pk"))
    opened, closed = [], [row.pk for row in own if row.unit_id == source.pk]
    for campaign_id in sorted({row.campaign_id for row in own}):
        figures = standing.filter(campaign=campaign_id)
        stated = {row.domain: row for row in own if row.campaign_id == campaign_id}
        gone = topmost(figures.filter(inside(source)), COUNTS)
        there = topmost(figures.filter(inside(target)), COUNTS)
        for domain in sorted(gone):
            if domain not in stated and not source.is_branch:
                continue
            counts = added(gone[domain], there.get(domain, NOTHING))
            opened.append(_stated(actor, campaign_id, target.pk, domain, counts, at))
    replaced = {(row.campaign_id, row.domain): row for row in own if row.unit_id == target.pk}
    former = [replaced.get((row.campaign_id, row.domain)) for row in opened]
    Baseline.objects.filter(pk__in=[*closed, *(row.pk for row in former if row)]).update(until_at=at)
    Baseline.objects.bulk_create(opened)
    if opened:
        before = {_key(row): row.member_count for row in former if row}
        after = {"from": source.code, **{_key(row): row.member_count for row in opened}}
        audit.record(actor, "progress.move_figures", unit=target, before=before, after=after)
    return len(opened)


def _key(row: Baseline) -> str:
    return f"{row.campaign_id} {Domain(row.domain).label}"
