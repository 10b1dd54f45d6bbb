"""Downloads of the bulletin."""

import datetime as dt
from collections.abc import Sequence
from typing import TypeVar

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from zhtj.lib import sheets, words
from zhtj.lib.doors import door
from zhtj.lib.problems import Refused

from orgs.models import OrgUnit
from orgs.queries import units
from orgs.requests import Request
from progress import exports, queries
from progress.models import Bulletin, BulletinState

T = TypeVar("T")
TYPES = {
    exports.Format.XLSX: sheets.MEDIA_TYPE,
    exports.Format.PDF: "application/pdf",
    exports.Format.DOCX: "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    exports.Format.PNG: "image/png",
    exports.Format.TXT: "text/plain; charset=utf-8",
}


@require_safe
@door("progress.see")
def bulletin_outputs(request: Request, day: dt.date) -> HttpResponse:
    """What the day's bulletin gives out for one unit: links to its files, its text to copy.

    The bulletin's page loads the part alone; without script it is a page of its own.
    """
    bulletin, unit = _asked_for(request, day)
    is_out = bulletin.state == BulletinState.PUBLISHED
    context = {"bulletin": bulletin, "unit": unit, "number": queries.number(bulletin)}
    try:
        labels = exports.picture_labels(bulletin, unit)
        draw = exports.give_out if is_out else exports.preview
        files = draw(request.actor, bulletin=bulletin, unit=unit, format=exports.Format.TXT)
    except Refused as refused:
        context["problems"] = refused.problems
    else:
        context |= {"labels": labels, "text": files[0].content.decode()}
    template = "parts/outputs.html" if request.htmx else "outputs.html"
    return render(request, f"progress/{template}", context)


@require_safe
@door("progress.see")
def bulletin_file(request: Request, day: dt.date, format: str) -> HttpResponse:
    """One file of the day's bulletin: `?unit=CODE&class=CLASS&number=N&revision=N`; N is which picture.

    Published: the stored file, unchanged for ever. Not yet published: for the province, drawn as a preview.
    """
    if format not in TYPES:
        raise Http404
    bulletin, unit = _asked_for(request, day)
    unit_class = request.GET.get("class", "")
    if unit_class and unit_class not in queries.GROUPS:
        raise Http404
    actor, is_out = request.actor, bulletin.state == BulletinState.PUBLISHED
    draw = exports.give_out if is_out else exports.preview
    try:
        files = draw(actor, bulletin=bulletin, unit=unit, format=format, unit_class=unit_class)
        file = _numbered(request, files)
        return download(format, file.name, file.content, file.sha256)
    except Refused as refused:
        return _not_given_out(request, bulletin, unit, refused)


@require_safe
@door("progress.see")
def bulletin_set(request: Request, day: dt.date) -> HttpResponse:
    """All files of the unit's bulletin in one: `?unit=CODE&revision=N`."""
    bulletin, unit = _asked_for(request, day)
    try:
        file = exports.whole_set(request.actor, bulletin=bulletin, unit=unit)
    except Refused as refused:
        return _not_given_out(request, bulletin, unit, refused)
    return _handed_over("application/zip", file.name, file.content, file.sha256)


def _not_given_out(request: Request, bulletin: Bulletin, unit: OrgUnit, refused: Refused) -> HttpResponse:
    context = {"problems": refused.problems, "bulletin": bulletin, "unit": unit}
    return render(request, "progress/not_given_out.html", context, status=409)


def _asked_for(request: Request, day: dt.date) -> tuple[Bulletin, OrgUnit]:
    """The bulletin and the unit, as far as this reader may have them; else 404."""
    campaign = queries.campaign_for(request.scope, request.GET.get("campaign", ""))
    if campaign is None or campaign.is_rehearsal:
        raise Http404
    readable = queries.bulletins(request.scope, campaign).filter(day=day)
    revision = request.GET.get("revision", "")
    if revision:
        readable = readable.filter(revision=_whole(revision))
    bulletin = readable.first()
    if bulletin is None:
        raise Http404
    own = queries.own_unit(request.scope)
    code = words.code(request.GET.get("unit", "")) or (own.code if own else "")
    inside = units(request.scope, "progress.see").filter(tree_id=campaign.province.tree_id)
    return bulletin, get_object_or_404(inside, code=code)


def _numbered(request: Request, files: Sequence[T]) -> T:
    """The file of that number, the first when none is asked for."""
    number = _whole(request.GET.get("number", "1"))
    if not 1 <= number <= len(files):
        raise Http404
    return files[number - 1]


def _whole(text: str) -> int:
    """A small whole number as typed into an address; 0 for anything else."""
    return int(text) if len(text) <= 4 and text.isdecimal() else 0


def download(format: str, name: str, content: bytes, sha256: str) -> HttpResponse:
    """A file as it is handed over; its hash is its ETag."""
    return _handed_over(TYPES[exports.Format(format)], name, content, sha256)


def _handed_over(content_type: str, name: str, content: bytes, sha256: str) -> HttpResponse:
    answer = HttpResponse(content, content_type=content_type)
    answer["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    answer["Cache-Control"] = "private, no-cache"
    answer["X-Content-Type-Options"] = "nosniff"
    answer["ETag"] = f'"{sha256}"'
    return answer
