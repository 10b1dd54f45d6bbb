"""The clock. Only doors look at it; everything else is handed `today`, `as_of` or `now`.

Asia/Shanghai decides what a day is, whatever zone the server runs in.
"""

import datetime as dt
from zoneinfo import ZoneInfo

SHANGHAI = ZoneInfo("Asia/Shanghai")


def now() -> dt.datetime:
    """This moment, aware (UTC). Tests replace this one function."""
    return dt.datetime.now(dt.UTC)


def today() -> dt.date:
    """The calendar day in Shanghai."""
    return day_of(now())


def day_of(moment: dt.datetime) -> dt.date:
    """The Shanghai calendar day in which `moment` (aware) lies."""
    return moment.astimezone(SHANGHAI).date()


def at(day: dt.date, time: dt.time) -> dt.datetime:
    """The moment when clocks in Shanghai show `time` on `day`."""
    return dt.datetime.combine(day, time, SHANGHAI)


def last_cutoff_day(moment: dt.datetime, cutoff: dt.time) -> dt.date:
    """The day whose cut-off was the last to pass by `moment` (the cut-off itself counts as passed)."""
    day = day_of(moment)
    return day if at(day, cutoff) <= moment else day - dt.timedelta(days=1)
