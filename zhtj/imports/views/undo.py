"""Taking a commit back: the preview, and the deed."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from zhtj.imports import review, undoing
from zhtj.imports.views.common import batch_of, refused
from zhtj.lib.doors import signed_in
from zhtj.lib.problems import Refused
from zhtj.lib.refusals import say

from orgs.requests import Request


@signed_in
@require_http_methods(["GET", "POST"])
def undo(request: Request, pk: int) -> HttpResponse:
    found = batch_of(request, pk)
    if request.method == "POST":
        try:
            told = undoing.undo(request.actor, batch=found, seen_before=request.POST.get("seen", ""))
        except Refused as refusal:
            say(request, refusal.problems)
            return redirect("import_undo" if undoing.may_be_undone(found) else "import_batch", pk)
        messages.success(request, review.undone_in_words(found, told.withdrawn, told.restored))
        return redirect("import_batch", pk)
    try:
        preview = undoing.preview(request.actor, batch=found)
    except Refused as refusal:
        return refused(request, found, refusal)
    stays = preview.undoing.stays
    context = review.summary(found) | {
        "preview": preview,
        "words": review.undone_in_words(found, preview.undoing.withdrawn, preview.undoing.restored),
        "stays": stays[: undoing.STAYS_KEPT],
        "stays_more": max(len(stays) - undoing.STAYS_KEPT, 0),
    }
    return render(request, "imports/undo.html", context)
