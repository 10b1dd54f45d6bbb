"""Whatever is typed into a form, a filter or an API call: a named problem, or stored and shown escaped."""

import json
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from tests import world
from tests.conftest import IS_SECOND_PASS
from tests.house.stage import Stage, resolved

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
    "the first day there is": b"0001-01-01",
    "the last day there is": b"9999-12-31",
    "full-width digits": "１２".encode(),
    "other digits": "٣".encode(),
    "a formula": b"=cmd|' /C calc'!A0",
    "blanks": " \t\u3000\r\n".encode(),
    "nothing": b"",
}
# What one database may take otherwise than another, its driver included. Whatever else is typed is read,
# judged and shown by us alone: that is said once.
ITS_OWN = {
    *("overlong", "a NUL", "emoji", "a lone surrogate", "a format", "SQL", "other digits", "nothing"),
    *("a big number", "a fraction", "not a number", "negative"),
    *("the first day there is", "the last day there is"),
}
assert set(NASTY) > ITS_OWN
if IS_SECOND_PASS:
    NASTY = {name: value for name, value in NASTY.items() if name in ITS_OWN}

# Forms by URL name: who sends it, its URL's arguments, a body in which one field after the other is spoilt.
FORMS: dict[str, tuple[str, dict[str, Any], dict[str, str]]] = {
    "login": ("nobody", {}, {"username": "secretary", "password": "x", "next": "/"}),
    "password_change": ("secretary", {}, {"old_password": "x", "new_password1": "y", "new_password2": "y"}),
    "switch_unit": ("secretary", {}, {"unit": "1"}),
    "register": ("nobody", {}, {"code": "abcdefgh", "username": "x", "full_name": "王芳", "password": "y"}),
    "reset_password": ("nobody", {}, {"code": "abcdefgh", "password": "x", "password2": "x"}),
    "unit_merge": ("committee_admin", {"pk": "branch"}, {"into": "1"}),
    "unit_move": ("county_admin", {"pk": "branch"}, {"parent": "1"}),
    "unit_rename": ("committee_admin", {"pk": "branch"}, {"short_name": "一班团支部"}),
    "admin_dismiss": ("committee_admin", {"pk": "branch"}, {"user": "1"}),
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

MEMBER = {
    "full_name": "李小明",
    "national_id": "410102200005010018",
    "ethnicity": "汉族",
    "political_status": "共青团员",
    "joined_on": "2015-05",
    "is_cadre": "否",
    "post": "",
    "engagement": "",
    "appointed_on": "",
    "development_number": "",
    "application_form": "有",
    "member_card": "",
    "mobile": "",
    "workplace": "",
    "email": "",
    "qq": "",
    "wechat": "",
    "joined_party_on": "",
    "is_volunteer": "",
}
FORMS |= {
    "member_enter": ("secretary", {"branch_pk": "branch"}, MEMBER),
    "member_check": ("secretary", {"branch_pk": "branch"}, {"national_id": "", "full_name": ""}),
    "member_draft": ("secretary", {"branch_pk": "branch"}, MEMBER),
    "member_check_own": ("secretary", {"pk": "member"}, {"joined_on": "2017-05", "development_number": ""}),
    "member_dispute": (
        "secretary",
        {"branch_pk": "branch"},
        {"full_name": "", "national_id": "", "development_number": "", "reason": "x"},
    ),
    "person_correct": (
        "city_admin",
        {"pk": "person"},
        {"full_name": "", "national_id": "", "mobile": "", "workplace": "", "reason": "x"},
    ),
    "correction_detail": ("secretary", {"pk": "correction"}, {"act": "refuse", "decision": ""}),
    "member_correct": (
        "secretary",
        {"pk": "member"},
        {"ethnicity": "汉族", "joined_on": "2015-05", "mobile": "", "seen": "", "base": "", "keep-qq": ""},
    ),
    "member_list": ("secretary", {}, {"q": ""}),
    "campaign_list": (
        "province_admin",
        {},
        {"source": "preset:henan-2018", "name": "百日攻坚", "starts_on": "2018-11-01"},
    ),
    "import_upload": ("committee_admin", {}, {"form_key": "x", "file": "x"}),
    "import_row": (
        "committee_admin",
        {"pk": "batch", "number": "row"},
        {"full_name": "", "joined_on": "", "branch": "高一1班团支部"},
    ),
    "import_commit": ("committee_admin", {"pk": "batch"}, {"revision": "1", "acknowledge": "x"}),
    "import_skip_row": ("committee_admin", {"pk": "batch", "number": "row"}, {"skip": "1"}),
    "bulletin_publish": ("staff", {"day": "day_done"}, {"revision": "1", "computed_at": "x"}),
    "bulletin_recompute": ("staff", {"day": "day"}, {"reason": "x"}),
}

FILTERS: dict[str, tuple[str, dict[str, Any], tuple[str, ...]]] = {
    "audit_list": ("auditor", {}, ("unit", "person", "actor", "action", "since", "until", "before")),
    "health": ("county_admin", {}, ("unit", "code", "near", "after")),
    "small_units": ("county_admin", {}, ("after",)),
    "unit_list": ("committee_admin", {}, ("q", "kind", "page")),
    "unit_detail": ("committee_admin", {"pk": "committee"}, ("page",)),
    "member_list": ("committee_admin", {}, ("q", "branch", "unit", "after")),
    "cadre_list": (
        "committee_admin",
        {},
        ("q", "unit", "after", "kind", "state", "appointed_from", "column", "incomplete"),
    ),
    "cadre_organs": ("city_admin", {}, ("unit", "show")),
    "case_list": ("committee_admin", {}, ("show", "page")),
    "api_cases": ("committee_admin", {}, ("show", "cursor")),
    "api_corrections": ("committee_admin", {}, ("show", "cursor")),
    "import_list": ("committee_admin", {}, ("mine", "page")),
    "import_upload": ("committee_admin", {}, ("kind", "unit")),
    "import_batch": ("committee_admin", {"pk": "batch"}, ("code", "show", "page")),
    "bulletin_latest": ("committee_admin", {}, ("unit", "stage", "domain", "class", "order")),
    "api_units": ("committee_admin", {}, ("q", "parent", "cursor", "page_size")),
    "api_members": ("committee_admin", {}, ("q", "branch", "unit", "cursor", "page_size")),
    "api_cadres": ("committee_admin", {}, ("unit", "after", "q", "state", "appointed_to")),
    "api_imports": ("committee_admin", {}, ("cursor", "page_size")),
    "api_bulletins": ("committee_admin", {}, ("cursor",)),
    "api_cadre_missing": ("committee_admin", {}, ("unit", "show", "after")),
    "api_cadre_missing_counts": ("committee_admin", {}, ("unit",)),
    "api_bulletin": ("committee_admin", {"day": "day"}, ("unit", "stage")),
    "api_baselines": ("committee_admin", {}, ("unit", "cursor")),
}
# Entries over the API, field by field: who sends them, to which URL name, which fields.
ENTRIES: dict[str, tuple[str, dict[str, Any]]] = {
    "api_units": (
        "committee_admin",
        {
            "parent": "committee",
            "short_name": "高一8班团支部",
            "kind": "branch",
            "code": "",
            "full_name": "",
            "industry": "",
            "unit_class": "",
            "is_private_school": False,
        },
    ),
    "api_members": ("secretary", MEMBER | {"branch": "branch", "attest_evidence": False}),
    "api_imports": ("committee_admin", {"kind": "members", "unit": "HN010101", "file": "x"}),
}

# Entries at an address about something: method, who, the arguments, the body (None: what GET answers).
SENT: dict[str, tuple[str, str, dict[str, Any], dict[str, Any] | None]] = {
    "api_bulletin_publish": ("POST", "staff", {"day": "day_done"}, {"revision": 1}),
    "api_bulletin_recompute": ("POST", "staff", {"day": "day_done"}, {"reason": ""}),
    "api_campaign_plans": (
        "POST",
        "settings_admin",
        {},
        {
            "source": "henan-2018",
            "name": "新的行动",
            "starts_on": "2019-03-01",
            "with_baselines": False,
            "rehearsal": False,
        },
    ),
    "api_campaign_plan": ("PUT", "settings_admin", {"key": "henan-2018"}, None),
    "api_campaign_rehearse": (
        "POST",
        "settings_admin",
        {"key": "henan-2018"},
        {"first": "2018-11-20", "last": "2018-11-21"},
    ),
    "api_admission_settings": ("PUT", "settings_admin", {}, None),
    "api_retention_settings": ("PATCH", "settings_admin", {}, None),
    "api_person_origin": ("POST", "auditor", {}, {"name": "王芳"}),
    "api_cadre_export": (
        "POST",
        "committee_admin",
        {},
        {"columns": ["sex"], "purpose": "", "q": "", "post": "", "appointed_from": "", "incomplete": False},
    ),
    "api_member_export": (
        "POST",
        "committee_admin",
        {},
        {"columns": ["sex"], "purpose": "", "q": "", "sex": "", "joined_from": "", "is_overage": False},
    ),
    "api_youth_dismiss": ("POST", "secretary", {"pk": "youth"}, {"remark": "未入团", "words": ""}),
    "api_youth_release": ("POST", "committee_admin", {"pk": "youth"}, {"reason": "编号丢失", "words": ""}),
}


def client_of(stage: Stage, person: str) -> Client:
    client = world.client(None if person == "nobody" else getattr(stage, person))
    client.raise_request_exception = False
    return client


@contextmanager
def undone() -> Iterator[None]:
    """What is written inside is rolled back."""
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


FEW = 4  # fields


def spoilings(fields: Iterable[str]) -> Iterator[dict[str, bytes]]:
    """Each field by each nasty value, alone.

    Of many fields each is spoilt alone by every third value, and by every value along with all others.
    """
    fields, nasty = list(fields), list(NASTY.values())
    every = 1 if len(fields) <= FEW else 3
    for turn, field in enumerate(fields):
        for value in nasty[turn % every :: every]:
            yield {field: value}
    for turn in range(len(nasty) if every > 1 else 0):
        yield {field: nasty[(turn + at) % len(nasty)] for at, field in enumerate(fields)}


def encoded(values: dict[str, bytes]) -> str:
    return "&".join(f"{name}={quote_from_bytes(value)}" for name, value in values.items())


@pytest.mark.parametrize("name", FORMS)
def test_a_form_answers_with_a_page_whatever_is_typed(name: str, stage: Stage) -> None:
    person, at, values = FORMS[name]
    client = client_of(stage, person)
    url = reverse(name, kwargs=resolved(stage, at))
    typed = {field: text.encode() for field, text in values.items()}
    for spoilt in spoilings(values):
        with undone():
            body = encoded(typed | spoilt)
            answer = client.post(url, body, content_type="application/x-www-form-urlencoded")
            assert answer.status_code in (200, 204, 302, 400, 404), f"{spoilt}: {answer.status_code}"
            if answer.status_code == 302:
                answer = client.get(answer["Location"])
                assert answer.status_code in (200, 302), f"{spoilt}: shown {answer.status_code}"
            assert b"<script>alert" not in getattr(answer, "content", b"")  # a file has none


@pytest.mark.parametrize("name", FILTERS)
def test_a_filter_answers_whatever_is_asked(name: str, stage: Stage) -> None:
    person, at, fields = FILTERS[name]
    client = client_of(stage, person)
    url = reverse(name, kwargs=resolved(stage, at))
    for spoilt in spoilings(fields):
        answer = client.get(f"{url}?{encoded(spoilt)}")
        assert answer.status_code in (200, 400, 404), f"{spoilt}: {answer.status_code}"
        assert b"<script>alert" not in getattr(answer, "content", b"")  # a file has none


JSON_VALUES = ["\ud800", "\x00", "a" * 5000, "<b>", "\u202e", 10**40, -1, 1.5, True, None, [], {}, [["x"]]]
# What is no object at all is judged by us alone as well.
BODIES = [b"", b"{", b"[]", b"null", b"\xff\xfe{}", b'"text"', b'{"a":' * 2000, b"x=1"]
if IS_SECOND_PASS:
    BODIES = []


@pytest.mark.parametrize("name", ENTRIES)
def test_the_api_answers_in_its_one_shape_whatever_is_sent(name: str, stage: Stage) -> None:
    person, entry = ENTRIES[name]
    client = client_of(stage, person)
    entry = resolved(stage, entry)
    bodies = [json.dumps(entry | {field: value}) for field in entry for value in JSON_VALUES]
    for body in [*bodies, *BODIES]:
        with undone():
            answer = client.post(reverse(name), body, content_type="application/json")
        assert answer.status_code in (201, 400, 404, 422), f"{answer.status_code} to {body[:200]!r}"
        if answer.status_code != 201:
            assert set(answer.json()) == {"code", "message", "problems"}


def spoilt(entry: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The entry, one field after the other by each value; of a list of things those of the first."""
    for name, held in entry.items():
        yield from (entry | {name: value} for value in [*JSON_VALUES, "0001-01-01", "9999-12-31"])
        if isinstance(held, list) and held and isinstance(held[0], dict):
            yield from (entry | {name: [first, *held[1:]]} for first in spoilt(held[0]))


@pytest.mark.parametrize("name", SENT)
def test_so_it_does_at_an_address_about_something(name: str, stage: Stage) -> None:
    method, person, at, entry = SENT[name]
    client, url = client_of(stage, person), reverse(name, kwargs=resolved(stage, at))
    if entry is None:
        entry = client.get(url).json()
    for body in [json.dumps(entry), *map(json.dumps, spoilt(entry)), *BODIES]:
        with undone():
            answer = client.generic(method, url, body, content_type="application/json")
        assert answer.status_code in (200, 201, 202, 400, 422), f"{answer.status_code} to {body[:200]!r}"
        if answer.status_code >= 400:
            assert set(answer.json()) == {"code", "message", "problems"}


@pytest.mark.parametrize("charset", ["gbk", "utf-16", "no-such-charset", "rot13", "\ufffd"])
def test_a_form_in_another_encoding_is_refused_or_read(charset: str, stage: Stage) -> None:
    client = client_of(stage, "committee_admin")
    url = reverse("unit_create", kwargs={"parent_pk": stage.committee.pk})
    body = b"short_name=" + quote_from_bytes("团支部".encode("gbk")).encode()
    for kind in ("application/x-www-form-urlencoded", "multipart/form-data; boundary=x"):
        answer = client.generic("POST", url, body, content_type=f"{kind}; charset={charset}")
        assert answer.status_code in (200, 400)


def test_text_of_any_script_is_stored_and_shown_escaped(stage: Stage) -> None:
    client = client_of(stage, "committee_admin")
    url = reverse("unit_create", kwargs={"parent_pk": stage.committee.pk})
    answer = client.post(url, {"short_name": "<b>高一</b>&班😀团支部", "kind": "branch"}, follow=True)
    assert "&lt;b&gt;高一&lt;/b&gt;&amp;班😀团支部" in answer.content.decode()
