"""Pages of the room: who holds which post."""

from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import render

from zhtj.lib.doors import door

from cadres import queries
from orgs.requests import Request

PAGE_SIZE = 50


@door("cadres.see")
def cadre_list(request: Request) -> HttpResponse:
    """All posts held inside the scope, by place in the tree; `q` is the beginning of a name."""
    text = request.GET.get("q", "").strip()[:30].replace("\x00", "")
    held = queries.cadres(request.scope)
    if text:
        held = held.filter(person__full_name__startswith=text)
    page = Paginator(held, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "cadres/list.html", {"page": page, "text": text})
