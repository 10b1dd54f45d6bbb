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

from orgs import queries, sealing, trail
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


@extend_schema(operation_id="audit_chain", request=None, responses=OpenApiTypes.OBJECT)
@api_view(["POST"])
def audit_chain(request: Request) -> Response:
    """校验封存链：已封存多少条，在第几条断开（完整时为空）。从头读一遍全部记录。"""
    found = sealing.walk_chain()
    return Response({"ok": found.ok, **asdict(found)})


urls = [
    path("audit/", door("audit.see")(audit_entries), name="api_audit"),
    path("audit/chain/", door("audit.see")(audit_chain), name="api_audit_chain"),
]
