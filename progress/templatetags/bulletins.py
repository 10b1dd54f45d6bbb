"""Where a bulletin is read."""

import datetime as dt

from django import template
from django.urls import reverse
from django.utils.http import urlencode

from progress.models import Bulletin
from progress.queries import Column

register = template.Library()


@register.simple_tag
def bulletin_url(bulletin: Bulletin, day: dt.date | None = None) -> str:
    """The page of `bulletin`, or of another day of its campaign; one that does not run has its own."""
    day, campaign = day or bulletin.day, bulletin.campaign
    return (
        reverse("bulletin", args=[day])
        if campaign.is_active
        else reverse("bulletin_of", args=[campaign.key, day])
    )


@register.simple_tag
def figure_url(
    name: str, bulletin: Bulletin, code: str, column: Column | None = None, figure: str = "", key: str = ""
) -> str:
    """A page that leads on from `bulletin`, for the unit with this code: `overview`, `trend`, `compare`,
    `live`, `behind` (with its figure). The column is named by itself or by its key."""
    parts = [bulletin.day, figure] if figure else [bulletin.day]
    query = {"unit": code, "stage": column.key if column else key}
    if not bulletin.campaign.is_active:
        query["campaign"] = bulletin.campaign.key
    said = urlencode({name: value for name, value in query.items() if value})
    return f"{reverse(f'bulletin_{name}', args=parts)}?{said}"
