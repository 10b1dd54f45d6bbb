"""人员来历: the auditor's question about one person."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from zhtj.desk import origin
from zhtj.lib import words
from zhtj.lib.doors import door

from orgs.requests import Request


@door("audit.see")
@never_cache
@sensitive_post_parameters("name")
def person_origin(request: Request) -> HttpResponse:
    """Asked for by POST: names of people stay out of addresses and logs."""
    name = words.sought(request.POST.get("name", ""))
    context = {"name": name, "found": origin.trace(request.scope, name), "is_asked": bool(name)}
    return render(request, "desk/origin.html", context)
