"""The audit trail over the API: the entries the page shows, in the same words."""

from dataclasses import asdict
from typing import Any

from django.shortcuts import get_object_or_404
from django.urls import path
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework.decorators import api_view
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days
from zhtj.lib.doors import door

from orgs import queries, trail, verifying
from orgs.forms import AuditForm

_ASKED = {
    "unit": (OpenApiTypes.STR, "组织编码：这个组织及其下级的记录"),
    "person": (OpenApiTypes.STR, "人员姓名"),
    "actor": (OpenApiTypes.STR, "操作人的账号或姓名"),
    "action": (OpenApiTypes.STR, "动作，例如 orgs.move_unit"),
    "since": (OpenApiTypes.DATE, "从哪天"),
    "until": (OpenApiTypes.DATE, "到哪天"),
    "before": (OpenApiTypes.INT, "上一页给出的游标 `next`"),
}


@extend_schema(
    operation_id="audit_list",
    parameters=[OpenApiParameter(name, kind, description=words) for name, (kind, words) in _ASKED.items()],
    responses=OpenApiTypes.OBJECT,
)
@api_view(["GET"])
def audit_entries(request: Request) -> Response:
    """审计记录：谁在什么时候做了什么，之前和之后，最新的在前，每页 50 条。"""
    form = AuditForm(request.query_params)
    values = form.asked()
    if form.errors:
        raise ValidationError(form.errors)
    unit = None
    if code := values["unit"]:
        unit = get_object_or_404(queries.units(request.scope, "audit.see"), code=code)
    asked = trail.Asked(unit, *(values[name] for name in ("person", "actor", "action", "since", "until")))
    lines, older = trail.page_before(trail.entries(request.scope, asked), values["before"])
    return Response({"next": older, "results": [plain(line) for line in lines]})


def plain(line: trail.Line) -> dict[str, Any]:
    """An entry as the API says it."""
    entry = line.entry
    return {
        "id": entry.pk,
        "at": entry.at.astimezone(days.SHANGHAI),
        "actor": entry.actor.username if entry.actor else None,
        "door": entry.door,
        "action": entry.action,
        "what": line.what,
        "unit": entry.unit.code if entry.unit else None,
        "person": entry.person.full_name if entry.person else None,
        "batch": entry.batch_id,
        "changes": [asdict(change) for change in line.changes],
        "seal_number": entry.seal_number,
    }


@extend_schema(methods=["GET"], operation_id="audit_chain_standing", responses=OpenApiTypes.OBJECT)
@extend_schema(methods=["POST"], operation_id="audit_chain", request=None, responses=OpenApiTypes.OBJECT)
@api_view(["GET", "POST"])
def audit_chain(request: Request) -> Response:
    """封存链：封存到第几条及其摘要，校验到哪里，是否断开或末尾有缺失。POST：接着校验一段。"""
    found = verifying.verify_on(verifying.AT_ONCE) if request.method == "POST" else verifying.standing()
    last = found.round
    return Response(
        {
            "ok": found.ok,
            "sealed": found.sealed,
            "digest": found.end.head.digest if found.end.head else "",
            "broken_at": found.broken_at,
            "missing_at_end": found.end.missing,
            "oldest_unsealed_at": found.oldest_unsealed_at,
            "verified": last.at.number,
            "verified_at": last.looked_at,
            "whole": last.whole,
            "whole_at": last.whole_at,
        }
    )


urls = [
    path("audit/", door("audit.see")(audit_entries), name="api_audit"),
    path("audit/chain/", door("audit.see")(audit_chain), name="api_audit_chain"),
]
