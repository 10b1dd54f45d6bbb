"""The campaign at a glance."""

from django.http import HttpResponse
from django.shortcuts import render

from zhtj.lib import days
from zhtj.lib.doors import door

from orgs.requests import Request
from progress import queries


@door("progress.see")
def campaign(request: Request) -> HttpResponse:
    """The stages, their deadlines, and where a gate has opened."""
    found = queries.campaign_for(request.scope)
    today = days.today()
    phases = queries.overview(found, today) if found else []
    return render(request, "progress/campaign.html", {"campaign": found, "phases": phases, "today": today})
