"""Which bulletins are owed by now, and catching up with them in order.

Owed is every day of an active campaign whose cut-off has passed, and the morning after its last day: what is
entered on the day of a deadline counts from the next cut-off on. So is every bulletin that was begun: of a
rehearsal whose days were asked for, of a correction that was killed, whatever has become of the campaign.
"""

import datetime as dt
import logging
from collections.abc import Iterable, Iterator
from itertools import groupby
from operator import attrgetter

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
    last = min(campaign.last_bulletin_on, days.last_cutoff_day(now, campaign.cutoff_time))
    last_revisions = Bulletin.objects.filter(campaign=campaign).order_by("day", "revision")
    states = dict(last_revisions.values_list("day", "state"))
    span = (first + dt.timedelta(days=n) for n in range((last - first).days + 1))
    return (day for day in span if states.get(day, STARTED) == STARTED)


def compute_due(now: dt.datetime) -> list[Bulletin]:
    """Compute what every campaign owes, in the order of days. May run twice, also at once.

    What stops one campaign is raised only when the others have theirs.
    """
    computed: list[Bulletin] = []
    stopped: Exception | None = None
    for campaign, owed in _owed(now):
        try:
            computed += _catch_up(campaign, owed, now)
        except Exception as error:
            log.exception("the bulletins of %s stop", campaign)
            stopped = stopped or error
    if stopped is not None:
        raise stopped
    return computed


def _owed(now: dt.datetime) -> Iterator[tuple[Campaign, Iterable[dt.date]]]:
    """The active campaigns with their due days, then what was begun of the others."""
    active = list(Campaign.objects.filter(is_active=True).select_related("province"))
    for campaign in active:
        yield campaign, due_days(campaign, now)
    begun = Bulletin.objects.filter(state=STARTED).exclude(campaign__in=active)
    in_order = begun.select_related("campaign__province").order_by("campaign", "day")
    for campaign, bulletins in groupby(in_order, key=attrgetter("campaign")):
        yield campaign, [bulletin.day for bulletin in bulletins]


def _catch_up(campaign: Campaign, owed: Iterable[dt.date], now: dt.datetime) -> Iterator[Bulletin]:
    for day in owed:
        try:
            yield compute_bulletin(campaign, day, now=now)
        except Refused as refused:  # the province was founded after that day's cut-off
            log.info("no bulletin of %s: %s", day, refused)
