"""What this machine can reach: PostgreSQL, Redis, a Chromium. Asked by the runner and by conftest."""

import functools
import os
import shutil
import socket
from urllib.parse import urlsplit

REDIS_DATABASES = 16
WORKERS = 2  # of a pass


@functools.cache
def postgres_url() -> str:
    """`TEST_DATABASE_URL`, or the server on the local socket or port when it answers; "" = none."""
    import psycopg2

    stated = os.environ.get("TEST_DATABASE_URL")
    user = os.environ.get("PGUSER") or os.environ.get("USER") or "postgres"
    tries = [stated] if stated else [f"postgres://{user}@/postgres", "postgres://postgres@127.0.0.1/postgres"]
    for url in tries:
        try:
            psycopg2.connect(url, connect_timeout=3).close()
        except psycopg2.Error:
            continue
        return url
    return ""


@functools.cache
def redis_url() -> str:
    """`TEST_REDIS_URL`, or database 15 of the local server when it answers; "" = none.

    Each xdist worker of either pass (they overlap) gets a database of its own, counted down, lest one takes
    another's messages.
    """
    parts = urlsplit(os.environ.get("TEST_REDIS_URL") or "redis://127.0.0.1:6379/15")
    try:
        socket.create_connection((parts.hostname or "127.0.0.1", parts.port or 6379), timeout=3).close()
    except OSError:
        return ""
    worker = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
    worker += WORKERS * (os.environ.get("TESTS_PASS") == "again")
    database = int(parts.path.strip("/") or 0)
    return parts._replace(path=f"/{(database - worker) % REDIS_DATABASES}").geturl()


@functools.cache
def chromium() -> str:
    """Path of a Chromium: `CHROMIUM`, or the first known name on the PATH; "" = none.

    The one without a window is preferred: it shows the same pages for two thirds of the work.
    """
    stated = os.environ.get("CHROMIUM", "")
    if stated:
        return stated if os.access(stated, os.X_OK) else ""
    names = (
        "chromium-headless-shell",
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    )
    return next((path for path in map(shutil.which, names) if path), "")


# marker → (what it needs, how to ask for it, what to do)
NEEDS = {
    "redis": ("Redis", redis_url, "start a server or set TEST_REDIS_URL"),
    "browser": ("Chromium", chromium, "install chromium or set CHROMIUM"),
}
