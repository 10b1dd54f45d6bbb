"""What the pages of the room share."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TypeVar

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.cache import add_never_cache_headers
from django.utils.http import content_disposition_header

from zhtj.lib.forms import Plain
from zhtj.lib.problems import Problem, blocking

import orgs.queries
from members import actions, queries
from members.models import Member, MemberCase, YouthUnderReview
from members.rules import AS_ISSUED, RECTIFIABLE
from orgs import identity
from orgs.models import OrgUnit
from orgs.requests import Request
from orgs.scopes import Actor

F = TypeVar("F", bound=Plain)


def unit_asked(request: Request) -> OrgUnit:
    """The unit whose roster is asked for: `unit` of a form, `branch` (or `unit`) of the query, else the one
    acted for."""
    seen = orgs.queries.units(request.scope, "members.see")
    asked = request.POST.get("unit") or request.GET.get("branch") or request.GET.get("unit") or ""
    wanted = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 19 else None
    if asked and wanted is None:
        wanted = 0  # nobody's
    return get_object_or_404(seen, pk=request.scope.unit_id if wanted is None else wanted)


def path_to(request: Request, unit: OrgUnit) -> list[OrgUnit]:
    """The way down to the unit, itself included."""
    return [*orgs.queries.visible_path(request.scope, unit), unit]


def branch_to_enter(request: Request, branch_pk: int) -> OrgUnit:
    """404 outside the scope, 403 where the account may not enter."""
    branch = get_object_or_404(orgs.queries.units(request.scope), pk=branch_pk)
    request.scope.require("members.enter", branch)
    return branch


def won_by(request: Request, branch: OrgUnit) -> MemberCase | None:
    """The dispute whose number is to be entered: `case` of the form, or of the address. One query or none."""
    asked = request.POST if request.method == "POST" else request.GET
    return queries.won_number(request.scope, asked.get("case", ""), branch)


def is_about(draft: Mapping[str, str], won: MemberCase) -> bool:
    """Is what was kept of the form about who the number was won for?"""
    if draft.get("case") == str(won.pk):
        return True
    whole = queries.id_meant(won, won.masked_new_id)
    return identity.squeeze(draft.get("national_id", "")).upper() == whole


def forget_draft(actor: Actor, branch: OrgUnit, won: MemberCase | None) -> None:
    """Somebody was entered: the draft is done with, unless it is about somebody else."""
    if won is None or is_about(actions.draft_of(actor, branch)[0], won):
        actions.drop_draft(actor, branch=branch)


def begun(request: Request, form_class: type[F]) -> F:
    """The form as sent; as a page begun elsewhere (`begin`) only filled with what was typed there."""
    if request.method != "POST":
        return form_class()
    if "begin" in request.POST:
        return form_class(initial={name: request.POST.get(name, "") for name in form_class.base_fields})
    return form_class(request.POST)


@dataclass(frozen=True, slots=True)
class WayOut:
    """What a refused entry may become instead: a button that takes what was typed there."""

    url: str
    words: str
    why: str
    begins: bool = False  # the other form asks for more


def ways_out(problems: Iterable[Problem], branch: OrgUnit) -> list[WayOut]:
    """The named ways on for who cannot be entered for these problems (domain, sections 5 and 6)."""
    codes = {problem.code for problem in blocking(problems)}
    found = []
    if codes and codes <= RECTIFIABLE | AS_ISSUED:
        found.append(
            WayOut(
                reverse("youth_add", args=[branch.pk]),
                "列入整改清单",
                "身份材料或编号一时补不齐、编号按实际发放的，先列入整改并上传材料，补齐或上级核准后认定为团员。",
            )
        )
    if "national_id.elsewhere" in codes:
        why = "此人实际在本支部的，可以向对方提出认领，48小时内答复，逾期由共同上级裁决。"
        found.append(WayOut(reverse("member_claim", args=[branch.pk]), "提出认领", why, begins=True))
    if "development_number.taken" in codes:
        why = "编号确属本支部这名团员的，可以提出争议，48小时内答复，逾期由共同上级裁决。"
        found.append(WayOut(reverse("member_dispute", args=[branch.pk]), "提出编号争议", why, begins=True))
    return found


def document_file(actor: Actor, youth: YouthUnderReview, pk: int) -> HttpResponse:
    """A document of the case as it was uploaded: always a download, never shown inline, kept by nothing on
    the way; audited. 404 where the case has none of this key or its file is gone.
    """
    document = queries.document_of(youth, pk)
    if document is None:
        raise Http404
    try:
        data = actions.read_document(actor, youth=youth, document=document)
    except FileNotFoundError:
        raise Http404 from None
    answer = HttpResponse(data, content_type=document.content_type)
    answer["Content-Disposition"] = content_disposition_header(True, document.name) or "attachment"
    answer["X-Content-Type-Options"] = "nosniff"
    add_never_cache_headers(answer)
    return answer


def member_here(request: Request, branch: OrgUnit, national_id: str) -> Member | None:
    return queries.member_here(request.scope, branch, national_id) if national_id else None
