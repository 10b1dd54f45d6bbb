"""Where a bulletin is read."""

import datetime as dt

from django import template
from django.urls import reverse

from progress.models import Bulletin

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
