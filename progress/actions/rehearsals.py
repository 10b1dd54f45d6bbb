"""Rehearsing a campaign on past days: which days, and computing them in order.

A rehearsal's bulletins are computed as any other's, from what had been entered by each day's cut-off, with
the figures of the campaign it rehearses. They stay with the province: nothing of them is published.
"""

import datetime as dt
from typing import Any

from django.db import transaction

from zhtj.lib import days
from zhtj.lib.problems import Refused

from orgs import audit
from orgs.scopes import Actor
from progress.actions.bulletins import compute_bulletin
from progress.models import Bulletin, Campaign
from progress.plans import CODES

MOST_REHEARSED = 31  # days computed in one go


@transaction.atomic
def ask_rehearsal(
    actor: Actor, *, campaign: Campaign, first: dt.date, last: dt.date, now: dt.datetime
) -> list[dt.date]:
    """The days from `first` to `last` to be computed: inside the rehearsal, with their cut-off behind us.
    They stand as begun from now on, so that whoever looks for what is owed finds them.

    Needs `campaign.settings` on the province. Raises Refused: no rehearsal, no such day, too many.
    """
    actor.scope.require("campaign.settings", campaign.province)
    asked = _days(campaign, first, last, now)
    if not campaign.is_rehearsal or not 0 < len(asked) <= MOST_REHEARSED:
        span: dict[str, Any] = {"starts_on": campaign.starts_on, "ends_on": campaign.last_bulletin_on}
        raise Refused([CODES.problem("rehearsal.days", most=MOST_REHEARSED, **span)])
    after = {"key": campaign.key, "first": asked[0], "last": asked[-1]}
    audit.record(actor, "progress.compute_rehearsal", unit=campaign.province, after=after)
    begun = (
        Bulletin(campaign=campaign, day=day, cutoff_at=days.at(day, campaign.cutoff_time), started_at=now)
        for day in asked
    )
    Bulletin.objects.bulk_create(begun, ignore_conflicts=True)
    return asked


def compute_rehearsal(campaign_id: int, first: dt.date, last: dt.date, now: dt.datetime) -> list[Bulletin]:
    """Compute these days, oldest first; a finished one is left as it is. May run twice, also at once."""
    campaign = Campaign.objects.select_related("province").get(pk=campaign_id, rehearses__isnull=False)
    return [compute_bulletin(campaign, day, now=now) for day in _days(campaign, first, last, now)]


def _days(campaign: Campaign, first: dt.date, last: dt.date, now: dt.datetime) -> list[dt.date]:
    """Before the province existed here nothing can be counted."""
    begin = max(first, campaign.starts_on, days.day_of(campaign.province.created_at) + dt.timedelta(days=1))
    end = min(last, campaign.last_bulletin_on, days.last_cutoff_day(now, campaign.cutoff_time))
    return [begin + dt.timedelta(days=n) for n in range((end - begin).days + 1)]
