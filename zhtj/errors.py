"""What a refusal looks like: one plain page, or under /api/ the one error shape.

Nothing here asks the database or the session, so these pages also stand when those are
gone. `Explain` is the outermost middleware; the `handle_…` functions are Django's handlers.
"""

import sys
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import (
    BadRequest,
    RequestDataTooBig,
    SuspiciousOperation,
    TooManyFieldsSent,
    TooManyFilesSent,
)
from django.db import InterfaceError, OperationalError
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render

from zhtj.lib.races import RaceLost, is_deadlock

BACK = "返回上一页，检查后再试一次。"
CALL = "多次出现时，请联系上级团组织管理员。"

# status: (code of the API, title, sentence, what to do)
PAGES: dict[int, tuple[str, str, str, tuple[str, ...]]] = {
    400: ("bad_request", "请求内容无法识别", "发来的内容不完整或格式不正确，没有处理。", (BACK, CALL)),
    403: ("forbidden", "没有这项权限", "您的账号没有这项权限。", ("请联系上级团组织管理员开通。",)),
    404: (
        "not_found",
        "没有找到",
        "没有找到这个页面，或它不在您的管理范围内。",
        ("检查地址是否完整。", "回到工作台，从菜单重新进入。"),
    ),
    405: (
        "method",
        "这个地址不能这样使用",
        "这个地址不接受这种操作，没有处理。",
        ("回到工作台，从菜单重新进入。",),
    ),
    409: (
        "conflict",
        "与他人的操作相撞",
        "有人同时在修改相同的内容，这一步没有保存，请再试一次。",
        ("返回上一页，刷新后再试一次。", CALL),
    ),
    413: (
        "too_large",
        "提交的内容太大",
        "提交的内容超过了系统上限，没有处理。",
        ("文件请拆成几个小文件后分别上传。", CALL),
    ),
    429: (
        "locked_out",
        "登录已暂停",
        "密码连续输错 5 次，这个账号在本机暂停登录 15 分钟。",
        ("请 15 分钟后再试。", "忘记密码请联系上级团组织管理员重置。"),
    ),
    500: (
        "server_error",
        "系统出了一点问题",
        "这一步没有完成，也没有保存一半的内容。",
        ("稍等一会儿再试一次。", CALL),
    ),
    503: (
        "unavailable",
        "系统暂时无法使用",
        "数据库暂时连接不上，这一步没有保存。",
        ("请过几分钟再试，页面上填写的内容先不要关闭。", CALL),
    ),
}
STALE_FORM = (
    "页面已过期",
    "这个页面打开太久，或您在别的窗口重新登录过，这次提交没有处理。",
    ("返回上一页并刷新，再提交一次。", "填写的内容会为您保留，刷新后可以恢复。"),
)


class Explain:
    """Turns errors that carry no page of their own into ours, in development too."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        is_unknown_url = response.status_code == 404 and request.resolver_match is None
        is_bare_405 = response.status_code == 405 and not response.content
        if is_unknown_url or is_bare_405:
            answer = page(request, response.status_code)
            if is_bare_405:
                answer["Allow"] = response.get("Allow", "")
            return answer
        return response

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        status = status_of(error)
        return page(request, status) if status not in (403, 500) else None


def status_of(error: BaseException | None) -> int:
    """The status that says what `error` means to the person who met it."""
    if isinstance(error, Http404):
        return 404
    if isinstance(error, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
        return 413
    if isinstance(error, SuspiciousOperation | BadRequest):
        return 400
    if isinstance(error, RaceLost) or (isinstance(error, OperationalError) and is_deadlock(error)):
        return 409
    if isinstance(error, OperationalError | InterfaceError):
        return 503
    return 500


def page(request: HttpRequest, status: int, sentence: str = "") -> HttpResponse:
    """The page (or the API's answer) for `status`. No query."""
    code, title, default, steps = PAGES[status]
    sentence = sentence or default
    if request.path.startswith("/api/"):
        return JsonResponse({"code": code, "message": sentence, "problems": []}, status=status)
    return _draw(request, status, title, sentence, steps)


def handle_400(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, status_of(exception) if status_of(exception) != 500 else 400)


def handle_403(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 403, str(exception))


def handle_404(request: HttpRequest, exception: Exception) -> HttpResponse:
    return page(request, 404)


def handle_500(request: HttpRequest) -> HttpResponse:
    return page(request, status_of(sys.exc_info()[1]))


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """A form whose protection no longer fits: usually a second log-in in another window."""
    if request.path.startswith("/api/"):
        return JsonResponse({"code": "stale_form", "message": STALE_FORM[1], "problems": []}, status=403)
    return _draw(request, 403, *STALE_FORM)


def locked_out(request: HttpRequest, credentials: object = None) -> HttpResponse:
    """django-axes: too many wrong passwords for one name, or from one address."""
    if getattr(request, "address_is_locked", False):  # orgs.logins
        return page(request, 429, "从您的网络登录失败的次数太多，这里暂停登录 15 分钟。")
    return page(request, 429)


def codes_blocked(request: HttpRequest) -> HttpResponse:
    """Too many wrong registration or reset codes from one address (orgs.throttle)."""
    steps = ("请 15 分钟后再试，并核对代码的大小写。", "代码看不清时，请上级团组织管理员重新发放。")
    return _draw(request, 429, "暂停输入代码", "从您的网络连续输错 10 次代码，暂停 15 分钟。", steps)


def _draw(
    request: HttpRequest, status: int, title: str, sentence: str, steps: tuple[str, ...]
) -> HttpResponse:
    context = {
        "status": status,
        "title": title,
        "sentence": sentence,
        "steps": steps,
        "help_line": settings.ZHTJ_HELP_LINE,
    }
    return render(None, "errors/page.html", context, status=status)
