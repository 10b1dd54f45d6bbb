"""Rosters over the API: what they are narrowed by, and a page of them."""

from collections.abc import Mapping
from typing import Any

from django.http import Http404
from django.shortcuts import get_object_or_404
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import OpenApiParameter
from rest_framework import serializers, viewsets
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from zhtj.lib import days, words
from zhtj.lib.api_fields import Cell
from zhtj.lib.api_pages import Page, page

import orgs.queries
from members import queries
from members.api.shapes import MemberSerializer
from members.roster_forms import RosterForm
from orgs.models import OrgUnit
from orgs.scopes import Scope

MOST_A_PAGE = 500

ASKED = [
    OpenApiParameter("unit", OpenApiTypes.STR, description="组织编码，不填为当前组织"),
    OpenApiParameter("after", OpenApiTypes.STR, description="上一页 next 中的位置"),
    OpenApiParameter("page_size", OpenApiTypes.INT, description=f"每页行数，最多 {MOST_A_PAGE}"),
    *(
        OpenApiParameter(name, OpenApiTypes.STR, description=str(field.label))
        for name, field in RosterForm.base_fields.items()
    ),
]


class AskedSerializer(serializers.Serializer):
    """What a roster is narrowed by: the names and values of the roster page."""

    unit = serializers.CharField(
        required=False, allow_blank=True, default="", help_text="组织编码，不填为当前组织"
    )

    def get_fields(self) -> dict[str, serializers.Field]:
        asked: dict[str, serializers.Field] = {
            name: Cell(help_text=field.label) for name, field in RosterForm.base_fields.items()
        }
        return super().get_fields() | asked


class MemberPageSerializer(Page):
    results = MemberSerializer(many=True)


class ListView(viewsets.GenericViewSet):
    """A roster over the API: unit, filters, pages. A whole id or mobile is asked for by POST to `search`."""

    def list(self, request: Request) -> Response:
        """A page by place in the tree. `next` leads on, also where a rare filter found few rows so far."""
        if queries.is_private(request.query_params.get("q", "")):
            raise ValidationError({"q": "身份证号码和手机号码请用 POST 查询：/api/members/search/。"})
        return self._page(request, request.query_params)

    def _page(self, request: Request, asked: Mapping[str, Any]) -> Response:
        after = request.query_params.get("after", "")
        roster = queries.roster(
            request.scope,
            unit=unit_named(request.scope, asked.get("unit", "")),
            today=days.today(),
            filters=filters_in(asked),
            after=after,
            size=_page_size(request.query_params.get("page_size", "")),
        )
        return page(request, self.get_serializer(roster.members, many=True).data, roster.after)


def fields_of(request: Request) -> Mapping[str, Any]:
    """The body, if it is an object."""
    if not isinstance(request.data, Mapping):
        raise ValidationError("请求内容应当是一个对象。")
    return request.data


def unit_named(scope: Scope, code: Any) -> OrgUnit:
    """The unit of this code that the scope sees, "" the one acted for; 404 for any other."""
    seen = orgs.queries.units(scope, "members.see")
    if code in ("", None):
        return get_object_or_404(seen, pk=scope.unit_id)
    if not isinstance(code, str):
        raise Http404
    return get_object_or_404(seen, code=words.code(code))


def filters_in(asked: Mapping[str, Any]) -> queries.Filters:
    """The filters of the roster page, by the same names. Raises ValidationError for what cannot be read."""
    form = RosterForm({name: asked[name] for name in RosterForm.base_fields if name in asked})
    if not form.is_valid():
        raise ValidationError({name: [str(text) for text in texts] for name, texts in form.errors.items()})
    return form.filters()


def is_drawn(view: Any) -> bool:
    """Is the schema being drawn, without a request?"""
    return bool(getattr(view, "swagger_fake_view", False))


def _page_size(text: str) -> int:
    """The size asked for, up to MOST_A_PAGE; what is no number is the usual one."""
    is_number = text.isascii() and text.isdigit() and len(text) < 9
    return min(int(text), MOST_A_PAGE) if is_number and int(text) else queries.PAGE_SIZE
