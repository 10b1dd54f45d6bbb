"""The background worker: the app, its transport and its timetable.

The row in the database is the truth, a message only a hint: every task may be lost, late or
run twice, and a sweep each minute queues again what is stale (docs/decisions/0005).
With REDIS_URL set the messages go through Redis; without it through files under var/jobs,
read by exactly one embedded worker (`manage.py dev`).
"""

import os
from typing import Any

from celery import Celery
from celery.schedules import crontab

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhtj.settings")

from django.conf import settings

MINUTE, TEN_MINUTES, DAY = 60, 600, 86_400


def _entry(task: str, schedule: crontab, seconds: int) -> dict[str, Any]:
    """A line of the timetable, one turn in `seconds`. What no worker took for a few turns is dropped: the
    next one does it. After a night without a worker hundreds of sweeps would otherwise run before the first
    import, each queueing every batch anew. (A few: the clocks of two machines may differ.)"""
    return {"task": task, "schedule": schedule, "options": {"expires": min(5 * seconds, DAY)}}


TIMETABLE: dict[str, dict[str, Any]] = {
    "heartbeat": _entry("zhtj.tasks.beat", crontab(), MINUTE),
    "seal audit": _entry("zhtj.tasks.seal_audit", crontab(), MINUTE),
    "verify audit": _entry("zhtj.tasks.verify_audit", crontab(), MINUTE),
    "sweep imports": _entry("zhtj.imports.tasks.sweep", crontab(), MINUTE),
    "retention": _entry("zhtj.tasks.apply_retention", crontab(hour="3", minute="30"), DAY),
    "daily bulletin": _entry("progress.tasks.compute_due_bulletins", crontab(hour="8", minute="0"), DAY),
    "bulletins missed": _entry("progress.tasks.compute_due_bulletins", crontab(minute="*/10"), TEN_MINUTES),
    "bulletin files": _entry("progress.tasks.give_out_published", crontab(minute="5-59/10"), TEN_MINUTES),
    "spot checks": _entry("progress.tasks.find_spot_checks", crontab(hour="5", minute="30"), DAY),
    "unpublished alarm": _entry("progress.tasks.alarm_unpublished", crontab(minute="5-59/10"), TEN_MINUTES),
}


def transport(redis_url: str, jobs_dir: Any) -> dict[str, Any]:
    """Celery's broker settings: Redis, or message files in `jobs_dir`."""
    if redis_url:
        options = {
            # A message parked by a killed worker comes back after this many seconds, not after an hour.
            "visibility_timeout": 300,
            # Whoever sends a message is answering somebody, and the sweep stands by: no second try, no long
            # wait for a server that is down or hangs (by default 6 s, and for ever).
            "max_retries": 0,
            "socket_connect_timeout": 2,
            "socket_timeout": 5,
        }
        return {"broker_url": redis_url, "broker_transport_options": options}
    for name in ("queue", "processed", "control"):
        (jobs_dir / name).mkdir(parents=True, exist_ok=True)
    folders = {
        "data_folder_in": str(jobs_dir / "queue"),
        "data_folder_out": str(jobs_dir / "queue"),
        "processed_folder": str(jobs_dir / "processed"),
        "control_folder": str(jobs_dir / "control"),
        "store_processed": False,
        "polling_interval": 0.1,
    }
    return {
        "broker_url": "filesystem://localhost",
        "broker_transport": "zhtj.lib.messages:Transport",
        "broker_transport_options": folders,
    }


app = Celery("zhtj")
app.conf.update(
    **transport(settings.REDIS_URL, settings.JOBS_DIR),
    broker_connection_retry_on_startup=True,
    broker_connection_max_retries=None,  # however long it is away: by default a worker gives up after an hour
    timezone=settings.TIME_ZONE,
    enable_utc=True,
    beat_schedule=TIMETABLE,
    task_ignore_result=True,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
    worker_prefetch_multiplier=1,
    worker_hijack_root_logger=False,
    task_time_limit=900,
)
app.autodiscover_tasks(["zhtj", "zhtj.imports", "progress", "members", "orgs"])
