"""Compute a day's bulletin and die, as by kill -9, just before the n-th statement. Run as a program.

python -m tests.progress.killed DAY N      N 0: live, and say how many statements there were
"""

import datetime as dt
import os
import signal
import sys
from collections.abc import Callable
from typing import Any

import django


def main(day: str, fatal: int) -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "zhtj.settings")
    django.setup()
    from django.db import connection

    from progress.actions import compute_bulletin
    from progress.models import Campaign

    from tests.progress.conftest import at

    done = 0

    def count(execute: Callable[..., Any], *arguments: Any) -> Any:
        nonlocal done
        done += 1
        if done == fatal:
            os.kill(os.getpid(), signal.SIGKILL)
        return execute(*arguments)

    campaign, date = Campaign.objects.get(), dt.date.fromisoformat(day)
    with connection.execute_wrapper(count):
        compute_bulletin(campaign, date, now=at(date, 8, 1))
    sys.stdout.write(str(done))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
