"""Is the process up; is it ready? Asked by load balancers and health checks."""

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, JsonResponse
from kombu.exceptions import OperationalError

from zhtj import health
from zhtj.celery import app
from zhtj.lib import days
from zhtj.lib.doors import public

BROKER_SECONDS = 2


@public
def healthz(request: HttpRequest) -> HttpResponse:
    """The process answers. No query."""
    return JsonResponse({"status": "ok"})


@public
def readyz(request: HttpRequest) -> HttpResponse:
    """Database and broker answer (else 503); a late schedule is told but turns nobody away."""
    parts = {"database": _database(), "broker": _broker()}
    is_ready = all(state == "ok" for state in parts.values())
    parts["schedule"] = _schedule() if parts["database"] == "ok" else "unknown"
    body = {"status": "ok" if is_ready else "unavailable", **parts}
    return JsonResponse(body, status=200 if is_ready else 503)


def _database() -> str:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return "down"
    return "ok"


def _broker() -> str:
    if not settings.REDIS_URL:
        return "ok"  # message files on this machine's disk
    try:
        with app.connection_for_write(connect_timeout=BROKER_SECONDS) as broker:
            broker.ensure_connection(max_retries=1, timeout=BROKER_SECONDS)
    except (OSError, OperationalError):
        return "down"
    return "ok"


def _schedule() -> str:
    finding = health.worker_is_alive(days.now())
    return "ok" if finding.level is health.Level.OK else "late"
