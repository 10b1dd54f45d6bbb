"""保存期限设置 of the province, with what would be deleted now."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache

from zhtj.lib import days
from zhtj.lib.doors import door
from zhtj.retention.engine import apply, kept, set_rules
from zhtj.retention.forms import RetentionForm

from orgs.requests import Request


@door("campaign.settings")
@never_cache
def retention_settings(request: Request) -> HttpResponse:
    """The days of every item; `preview` counts what the settings in force would delete now."""
    initial = {line.item.key: line.days for line in kept()}
    is_preview = request.method == "POST" and "preview" in request.POST
    form = RetentionForm(
        request.POST if request.method == "POST" and not is_preview else None, initial=initial
    )
    if form.is_bound and form.is_valid():
        with form.refusals():
            change = set_rules(request.actor, values=form.values())
            messages.success(request, "已保存，今晚起生效。" if change else "没有改动。")
            return redirect("retention_settings")
    due = apply(days.now(), dry_run=True) if is_preview else None
    return render(request, "retention/settings.html", {"form": form, "due": due})
