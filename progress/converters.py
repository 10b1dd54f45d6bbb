"""A day in a URL, for the pages and the API."""

import datetime as dt

from django.urls import register_converter


class DayConverter:
    """A day as 2018-11-23; anything else, also an impossible day, is no such page."""

    regex = r"\d{4}-\d{2}-\d{2}"

    def to_python(self, value: str) -> dt.date:
        return dt.date.fromisoformat(value)

    def to_url(self, value: dt.date | str) -> str:
        return str(value)


register_converter(DayConverter, "day")
