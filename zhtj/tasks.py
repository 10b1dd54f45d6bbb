"""The frame's own background tasks."""

from celery import shared_task

from zhtj import health, retention
from zhtj.lib import days

from orgs import sealing, verifying


@shared_task
def beat() -> None:
    """Each minute: sent by the schedule, run by a worker, so its mark proves that both live."""
    health.mark(health.WORKER, days.now())


@shared_task
def seal_audit() -> None:
    """Each minute: chain the audit entries written since."""
    sealing.seal_entries()


@shared_task
def verify_audit() -> None:
    """Each minute: go on verifying the chain where the last one stopped."""
    verifying.verify_on()


@shared_task
def apply_retention() -> None:
    """Each night: delete what its time has come for."""
    retention.apply(days.now())
