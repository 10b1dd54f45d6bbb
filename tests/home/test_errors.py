"""Every refusal is a plain page in Chinese that says what to do, or the API's one shape."""

from typing import Any

import pytest
from django.core.exceptions import RequestDataTooBig, SuspiciousOperation
from django.db import OperationalError
from django.http import Http404, HttpRequest, HttpResponse
from django.test import Client
from django.urls import include, path

from zhtj.lib.doors import public
from zhtj.lib.races import RaceLost

from tests import world


class Deadlock(Exception):
    """What the driver raises where PostgreSQL ends one of two transactions that wait for each other."""

    pgcode = "40P01"


def deadlock() -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = Deadlock()
    return error


ERRORS = {
    "404": Http404(),
    "400": SuspiciousOperation(),
    "409": RaceLost(),
    "413": RequestDataTooBig(),
    "503": OperationalError("connection refused"),
    "500": RuntimeError("a secret"),
}


@public
def fail(request: HttpRequest, status: str) -> HttpResponse:
    raise ERRORS[status]


handler400 = "zhtj.errors.handle_400"
handler403 = "zhtj.errors.handle_403"
handler404 = "zhtj.errors.handle_404"
handler500 = "zhtj.errors.handle_500"
urlpatterns = [
    path("fail/<str:status>/", fail),
    path("api/fail/<str:status>/", fail),
    path("", include("zhtj.urls")),
]


@pytest.fixture
def visitor(settings: Any) -> Client:
    settings.ROOT_URLCONF = __name__
    return Client(raise_request_exception=False)


@pytest.mark.parametrize("debug", [False, True])
@pytest.mark.parametrize("status", ["400", "404", "409", "413", "503"])
def test_an_error_is_a_plain_page_in_development_too(
    status: str, debug: bool, visitor: Client, settings: Any
) -> None:
    settings.DEBUG = debug
    answer = visitor.get(f"/fail/{status}/")
    assert answer.status_code == int(status)
    page = answer.content.decode()
    assert "回到工作台" in page
    assert "服务电话" in page
    assert "Traceback" not in page
    assert debug or "Content-Security-Policy" in answer.headers


def test_an_error_of_ours_says_nothing_of_its_inside(visitor: Client) -> None:
    answer = visitor.get("/fail/500/")
    assert answer.status_code == 500
    assert "没有保存一半的内容" in answer.content.decode()
    assert "a secret" not in answer.content.decode()


@pytest.mark.parametrize("status", ERRORS)
def test_under_api_the_answer_has_the_one_shape(status: str, visitor: Client) -> None:
    answer = visitor.get(f"/api/fail/{status}/")
    assert answer.status_code == int(status)
    assert set(answer.json()) == {"code", "message", "problems"}


@pytest.mark.parametrize("debug", [False, True])
def test_an_address_that_is_none_is_a_plain_404(debug: bool, visitor: Client, settings: Any) -> None:
    settings.DEBUG = debug
    answer = visitor.get("/no-such-page/")
    assert answer.status_code == 404
    assert "没有找到这个页面" in answer.content.decode()


def test_a_method_that_is_none_is_explained(cast: Any) -> None:
    answer = world.client(cast.secretary).get("/logout/")
    assert answer.status_code == 405
    assert answer["Allow"] == "POST"
    assert "没有处理" in answer.content.decode()


def test_a_form_that_no_longer_fits_says_how_to_go_on(cast: Any) -> None:
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(cast.secretary)
    answer = strict.post("/switch-unit/", {"unit": "1"})
    assert answer.status_code == 403
    assert "填写的内容会为您保留" in answer.content.decode()


def test_a_refusal_gives_the_reason_of_the_door(cast: Any) -> None:
    answer = world.client(cast.viewer).get("/members/")
    assert answer.status_code == 403
    assert "没有这项权限" in answer.content.decode()


def test_no_error_page_asks_the_database(visitor: Client, django_assert_num_queries: Any, db: None) -> None:
    with django_assert_num_queries(0):
        for status in ERRORS:
            visitor.get(f"/fail/{status}/")
        visitor.get("/no-such-page/")


@pytest.mark.parametrize("address", ["/fail/deadlock/", "/api/fail/deadlock/"])
def test_who_lost_a_deadlock_is_told_to_try_again_not_that_the_database_is_gone(
    address: str, visitor: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(ERRORS, "deadlock", deadlock())
    answer = visitor.get(address)
    said = answer.json()["message"] if "/api/" in address else answer.content.decode()
    assert answer.status_code == 409 and "请再试一次" in said
