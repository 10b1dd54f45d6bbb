"""What the schedule does: all tasks may run at any time, twice, or late."""

import datetime as dt
import logging

from celery import shared_task
from django.db import transaction

from zhtj.lib import days, jobs

from progress import actions, exports, queries
from progress.models import Campaign

log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def compute_due_bulletins() -> None:
    """Compute every bulletin owed by now; days missed are caught up in order. Without one, two queries."""
    actions.compute_due(days.now())


@shared_task(ignore_result=True)
def alarm_unpublished() -> None:
    """Say loudly which bulletin is not out (`ALARM_AFTER` the cut-off, then every ten minutes)."""
    for found in queries.unpublished(days.now()):
        if found.is_alarm:
            log.error("bulletin of %s (%s) is not published: %s", found.day, found.campaign, found.lack.value)


@shared_task(ignore_result=True)
def give_out_published() -> None:
    """Draw and keep what the last published bulletin owes: the province's set, then each region's.

    One that cannot be drawn is told in the log and tried again at the next run; the others go on.
    """
    for bulletin, unit in queries.owed_files(days.today()):
        actor = queries.reader_for(bulletin)
        for format in exports.Format.values:
            try:
                exports.give_out(actor, bulletin=bulletin, unit=unit, format=format)
            except Exception:
                log.exception("no %s of %s for %s", format, bulletin, unit)


@shared_task(ignore_result=True)
def find_spot_checks() -> None:
    """Look through what was entered since the last run for unusual patterns, province by province."""
    for campaign in Campaign.objects.filter(is_active=True).select_related("province"):
        actions.find_spot_checks(campaign.province, days.now())


def give_out_soon() -> None:
    """Have the files of a bulletin just published drawn in the background, once it is committed."""
    transaction.on_commit(lambda: jobs.send(give_out_published))


@shared_task(ignore_result=True)
def compute_rehearsal(campaign_id: int, first: str, last: str) -> None:
    """Compute the bulletins of a rehearsal from `first` to `last`, oldest first; finished days are left."""
    actions.compute_rehearsal(
        campaign_id, dt.date.fromisoformat(first), dt.date.fromisoformat(last), days.now()
    )


def rehearse_soon(campaign_id: int, asked: list[dt.date]) -> None:
    """Have these days of a rehearsal computed in the background; they stand as begun, so that without a
    message the timetable does it."""
    first, last = asked[0].isoformat(), asked[-1].isoformat()
    transaction.on_commit(lambda: jobs.send(compute_rehearsal, campaign_id, first, last))
