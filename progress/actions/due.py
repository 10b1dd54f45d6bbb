"""Which bulletins are owed by now, and catching up with them in order."""

import datetime as dt
import logging
from collections.abc import Iterator

from zhtj.lib import days
from zhtj.lib.problems import Refused

from progress.actions.bulletins import compute_bulletin
from progress.models import Bulletin, BulletinState, Campaign

STARTED = BulletinState.STARTED

log = logging.getLogger(__name__)


def due_days(campaign: Campaign, now: dt.datetime) -> Iterator[dt.date]:
    """Days of the campaign whose cut-off has passed without a finished bulletin, oldest first.

    A day whose last computation was stopped half way is due as well. Counted from the first day the
    province existed here. One query.
    """
    first = max(campaign.starts_on, days.day_of(campaign.province.created_at))
    last = min(campaign.ends_on, days.last_cutoff_day(now, campaign.cutoff_time))
    last_revisions = Bulletin.objects.filter(campaign=campaign).order_by("day", "revision")
    states = dict(last_revisions.values_list("day", "state"))
    span = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return (day for day in span if states.get(day, STARTED) == STARTED)


def compute_due(now: dt.datetime) -> list[Bulletin]:
    """Compute what every active campaign owes, in the order of days. May run twice, also at once.

    What stops one campaign is raised only when the others have theirs.
    """
    computed: list[Bulletin] = []
    stopped: Exception | None = None
    for campaign in Campaign.objects.filter(is_active=True).select_related("province"):
        try:
            computed += _catch_up(campaign, now)
        except Exception as error:
            log.exception("the bulletins of %s stop", campaign)
            stopped = stopped or error
    if stopped is not None:
        raise stopped
    return computed


def _catch_up(campaign: Campaign, now: dt.datetime) -> Iterator[Bulletin]:
    for day in due_days(campaign, now):
        try:
            yield compute_bulletin(campaign, day, now=now)
        except Refused as refused:  # the province was founded after that day's cut-off
            log.info("no bulletin of %s: %s", day, refused)
