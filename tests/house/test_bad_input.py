"""Whatever is typed into a form, a filter or an API call: a named problem, or stored and shown escaped."""

import json
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.test import Client
from django.urls import reverse

from tests import world
from tests.house.doors import resolved

NASTY: dict[str, bytes] = {
    "overlong": "字".encode() * 5000,
    "a NUL": b"a\x00b",
    "emoji": "高一👩‍👩‍👧班😀团支部".encode(),
    "right-to-left marks": "\u202e支部\u2066\u200f".encode(),
    "zero width": "\u200b\ufeff高一\u00ad班团支部".encode(),
    "HTML": b'"><script>alert(1)</script><img src=x onerror=alert(1)>',
    "a lone surrogate": b"\xed\xa0\x80\xed\xb0\x80",
    "GB18030": "团支部".encode("gb18030"),
    "UTF-16": "团支部".encode("utf-16"),
    "a template": b"{{ 7|add:7 }}{% load static %}",
    "a format": b"{0.__class__} %s %(x)s {value}",
    "SQL": b"' OR 1=1; DROP TABLE orgs_orgunit; --",
    "a big number": b"9" * 400,
    "a fraction": b"1e999",
    "not a number": b"NaN",
    "negative": b"-1",
    "full-width digits": "１２".encode(),
    "other digits": "٣".encode(),
    "a formula": b"=cmd|' /C calc'!A0",
    "blanks": " \t\u3000\r\n".encode(),
    "nothing": b"",
}

# Forms by URL name: who sends it, its URL's arguments, a body in which one field after the other is spoilt.
FORMS: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "login": ("nobody", {}, {"username": "secretary", "password": "x", "next": "/"}),
    "password_change": ("secretary", {}, {"old_password": "x", "new_password1": "y", "new_password2": "y"}),
    "switch_unit": ("secretary", {}, {"unit": "1"}),
    "unit_create": (
        "committee_admin",
        {"parent_pk": "committee"},
        {"short_name": "高一9班团支部", "kind": "branch", "industry": "", "full_name": "", "code": ""},
    ),
    "unit_edit": (
        "committee_admin",
        {"pk": "committee"},
        {
            "full_name": "",
            "phone": "",
            "email": "",
            "secretary_name": "",
            "secretary_mobile": "",
            "admin_posts_planned_count": "1",
        },
    ),
}

FILTERS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "unit_list": ("committee_admin", {}, ("q", "kind", "page")),
    "unit_detail": ("committee_admin", {"pk": "committee"}, ("page",)),
    "api_units": ("committee_admin", {}, ("q", "parent", "cursor", "page_size")),
}


def client_of(cast: Any, person: str) -> Client:
    client = world.client(None if person == "nobody" else getattr(cast, person))
    client.raise_request_exception = False
    return client


def form_body(values: dict[str, str], spoilt: str, value: bytes) -> str:
    encoded = {name: quote_from_bytes(text.encode()) for name, text in values.items()}
    encoded[spoilt] = quote_from_bytes(value)
    return "&".join(f"{name}={text}" for name, text in encoded.items())


@pytest.mark.parametrize("what", NASTY)
@pytest.mark.parametrize("name", FORMS)
def test_a_form_answers_with_a_page_whatever_is_typed(name: str, what: str, cast: Any) -> None:
    person, at, values = FORMS[name]
    client = client_of(cast, person)
    url = reverse(name, kwargs=resolved(cast, at))
    for field in values:
        body = form_body(values, field, NASTY[what])
        answer = client.post(url, body, content_type="application/x-www-form-urlencoded")
        assert answer.status_code in (200, 302, 400, 404), f"{field} holding {what}: {answer.status_code}"
        assert b"<script>alert" not in answer.content
        if answer.status_code == 302:
            shown = client.get(answer["Location"])
            assert shown.status_code in (200, 302)
            assert b"<script>alert" not in shown.content


@pytest.mark.parametrize("what", NASTY)
@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_answers_whatever_is_asked(name: str, what: str, cast: Any) -> None:
    person, at, fields = FILTERS[name]
    client = client_of(cast, person)
    for field in fields:
        answer = client.get(
            f"{reverse(name, kwargs=resolved(cast, at))}?{field}={quote_from_bytes(NASTY[what])}"
        )
        assert answer.status_code in (200, 400, 404), f"{field} holding {what}: {answer.status_code}"
        assert b"<script>alert" not in answer.content


JSON_VALUES = ["\ud800", "\x00", "a" * 5000, "<b>", "\u202e", 10**40, -1, 1.5, True, None, [], {}, [["x"]]]
BODIES = [b"", b"{", b"[]", b"null", b"\xff\xfe{}", b'"text"', b'{"a":' * 2000, b"x=1"]


@pytest.mark.parametrize("value", JSON_VALUES, ids=lambda value: repr(value)[:20])
def test_the_api_answers_in_its_one_shape_whatever_is_sent(value: Any, cast: Any) -> None:
    client = client_of(cast, "committee_admin")
    entry = {"parent": cast.committee.pk, "short_name": "高一8班团支部", "kind": "branch"}
    for field in (*entry, "code", "full_name", "industry", "unit_class", "is_private_school"):
        body = json.dumps({**entry, field: value})
        answer = client.post(reverse("api_units"), body, content_type="application/json")
        assert answer.status_code in (201, 400, 404, 422), f"{field}: {answer.status_code}"
        if answer.status_code != 201:
            assert set(answer.json()) == {"code", "message", "problems"}


@pytest.mark.parametrize("body", BODIES, ids=lambda body: repr(body[:12]))
def test_the_api_refuses_a_body_that_is_no_entry(body: bytes, cast: Any) -> None:
    client = client_of(cast, "committee_admin")
    answer = client.post(reverse("api_units"), body, content_type="application/json")
    assert answer.status_code == 400
    assert set(answer.json()) == {"code", "message", "problems"}


@pytest.mark.parametrize("charset", ["gbk", "utf-16", "no-such-charset", "rot13", "\ufffd"])
def test_a_form_in_another_encoding_is_refused_or_read(charset: str, cast: Any) -> None:
    client = client_of(cast, "committee_admin")
    url = reverse("unit_create", kwargs={"parent_pk": cast.committee.pk})
    body = b"short_name=" + quote_from_bytes("团支部".encode("gbk")).encode()
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = client.post(url, body, content_type=f"{kind}; charset={charset}")
        assert answer.status_code in (200, 400)


def test_text_of_any_script_is_stored_and_shown_escaped(cast: Any) -> None:
    client = client_of(cast, "committee_admin")
    url = reverse("unit_create", kwargs={"parent_pk": cast.committee.pk})
    answer = client.post(url, {"short_name": "<b>高一</b>&班😀团支部", "kind": "branch"}, follow=True)
    assert "&lt;b&gt;高一&lt;/b&gt;&amp;班😀团支部" in answer.content.decode()
