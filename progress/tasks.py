"""What the schedule does: both tasks may run at any time, twice, or late."""

import logging

from celery import shared_task

from zhtj.lib import days

from progress import actions, queries

log = logging.getLogger(__name__)


@shared_task(ignore_result=True)
def compute_due_bulletins() -> None:
    """Compute every bulletin owed by now; days missed are caught up in order. Without one, one query."""
    actions.compute_due(days.now())


@shared_task(ignore_result=True)
def alarm_unpublished() -> None:
    """Say loudly which bulletins of today are not out yet (08:45; design: campaign, section 3)."""
    for campaign, day, why in queries.unpublished(days.now()):
        log.error("bulletin of %s (%s) is not published: %s", day, campaign, why)
