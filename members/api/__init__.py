"""Members, their cases and corrections, the identity check and the rules of admission over the API."""

from members.api import cases, corrections, entering, records, roster, settings, youths

api_urls = [
    *roster.urls,
    *entering.urls,
    *cases.urls,
    *records.urls,
    *corrections.urls,
    *settings.urls,
    *youths.urls,
]

__all__ = ["api_urls"]
