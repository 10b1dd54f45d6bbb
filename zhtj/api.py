"""What all rooms' APIs share: the mount table, one page shape, one error shape."""

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from rest_framework import parsers
from rest_framework.exceptions import (
    APIException,
    NotAcceptable,
    NotAuthenticated,
    ParseError,
    ValidationError,
)
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.pagination import CursorPagination
from rest_framework.response import Response

from zhtj.lib.problems import Problem, Refused


class JSONParser(parsers.JSONParser):
    """A body nested thousands deep is a bad request, not an error of ours."""

    def parse(self, *args: Any, **kwargs: Any) -> Any:
        try:
            return super().parse(*args, **kwargs)
        except RecursionError as error:
            raise ParseError("请求内容嵌套过深。") from error


class Negotiation(DefaultContentNegotiation):
    """Who asks for a workbook or a PDF by its type is not refused for it: a file comes as it is, all else
    as JSON."""

    def select_renderer(self, request: Any, renderers: Any, format_suffix: str | None = None) -> Any:
        try:
            return super().select_renderer(request, renderers, format_suffix)
        except NotAcceptable:
            return renderers[0], renderers[0].media_type


class Pages(CursorPagination):
    ordering = "id"
    page_size_query_param = "page_size"
    max_page_size = 500


def explain(error: Exception, context: dict[str, Any]) -> Response | None:
    """DRF's exception handler: `{"code","message","problems":[{"field","code","message"}]}`."""
    if isinstance(error, Refused):
        return _answer(422, "refused", str(error), error.problems)
    if isinstance(error, Http404):
        return _answer(404, "not_found", "没有找到，或不在您的管理范围内。")
    if isinstance(error, PermissionDenied):
        return _answer(403, "forbidden", str(error) or "您没有这项权限。")
    if isinstance(error, NotAuthenticated):
        return _answer(401, "not_signed_in", "请先登录。")
    if isinstance(error, ValidationError):
        return _answer(400, "bad_request", "请求内容不符合要求。", _flatten(error.detail))
    if isinstance(error, APIException):
        return _answer(error.status_code, str(error.default_code), str(error.detail))
    return None


def _answer(status: int, code: str, message: str, problems: list[Problem] | None = None) -> Response:
    listed = [
        {"field": _sendable(p.field), "code": _sendable(p.code), "message": _sendable(p.message)}
        for p in problems or []
    ]
    return Response({"code": code, "message": _sendable(message), "problems": listed}, status=status)


def _sendable(text: str) -> str:
    """`text` with ? for lone surrogates: a message may quote what was sent."""
    return text.encode("utf-8", "replace").decode()


def _flatten(detail: Any) -> list[Problem]:
    if not isinstance(detail, dict):
        return [Problem("", "bad_request", str(text)) for text in detail]
    return [
        Problem(name, f"{name}.format", str(text))
        for name, texts in detail.items()
        for text in (texts if isinstance(texts, list) else [texts])
    ]
