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

TIMETABLE: dict[str, dict[str, Any]] = {
    "heartbeat": {"task": "zhtj.tasks.beat", "schedule": crontab()},
    "seal audit": {"task": "zhtj.tasks.seal_audit", "schedule": crontab()},
    "sweep imports": {"task": "zhtj.imports.tasks.sweep", "schedule": crontab()},
    "retention": {"task": "zhtj.tasks.apply_retention", "schedule": crontab(hour="3", minute="30")},
    "daily bulletin": {
        "task": "progress.tasks.compute_due_bulletins",
        "schedule": crontab(hour="8", minute="0"),
    },
    "bulletins missed": {
        "task": "progress.tasks.compute_due_bulletins",
        "schedule": crontab(minute="*/10"),
    },
    "bulletin files": {
        "task": "progress.tasks.give_out_published",
        "schedule": crontab(minute="5-59/10"),
    },
    "spot checks": {
        "task": "progress.tasks.find_spot_checks",
        "schedule": crontab(hour="5", minute="30"),
    },
    "unpublished alarm": {
        "task": "progress.tasks.alarm_unpublished",
        "schedule": crontab(minute="5-59/10"),
    },
}


def transport(redis_url: str, jobs_dir: Any) -> dict[str, Any]:
    """Celery's broker settings: Redis, or message files in `jobs_dir`."""
    if redis_url:
        # A message parked by a killed worker comes back after this many seconds, not after an hour.
        return {"broker_url": redis_url, "broker_transport_options": {"visibility_timeout": 300}}
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
