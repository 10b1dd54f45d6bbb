"""Every request gets a scope, and every URL is a marked door."""

from collections.abc import Callable
from typing import Any

from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect

from zhtj.lib.doors import SIGNED_IN, door_of

from orgs import typed
from orgs.requests import Request
from orgs.scopes import NOTHING, Actor, scope_of


class DoorMiddleware:
    """Puts `request.scope` and `request.actor` on the request and opens only marked doors.

    Unmarked → 403. Not signed in → the log-in page (API: 401). A password that must be
    changed comes first. Signed in without the capability anywhere → 403.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(self, request: Request, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        is_api = request.path.startswith("/api/")
        request.scope = NOTHING
        request.actor = Actor(None)
        mark = door_of(view)
        if mark is None:
            raise PermissionDenied("这个地址尚未开放。")
        if mark.is_public:
            return None
        if not request.user.is_authenticated:
            if is_api:
                body = {"code": "not_signed_in", "message": "请先登录。", "problems": []}
                return JsonResponse(body, status=401)
            if request.method == "POST" and getattr(view, "keeps_typed", False):
                typed.keep(request)
            return redirect_to_login(request.get_full_path())
        request.scope = scope_of(request.user)
        request.actor = Actor(request.user, request.scope, "api" if is_api else "page")
        capability = mark.capability(request.method or "GET")
        if capability is None:
            return None  # the view itself answers 405
        if request.user.must_change_password and not getattr(view, "before_password_change", False):
            if is_api:
                raise PermissionDenied("请先在网页上修改初始密码。")
            return redirect("password_change")
        if capability != SIGNED_IN and not request.scope.has(capability):
            raise PermissionDenied("您的账号没有这项权限，请联系上级团组织管理员。")
        return None
