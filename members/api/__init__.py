"""Members, their cases and corrections, the identity check and the rules of admission over the API."""

from members.api import records, roster, settings, youths

api_urls = [*roster.urls, *records.urls, *settings.urls, *youths.urls]

__all__ = ["api_urls"]
