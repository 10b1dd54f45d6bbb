"""身份摸底 by page, API and workbook: one admission table, the table of test_parity put on the list.

Whoever has only faults of identity is listed with them as reasons, whoever has any other is refused with all.
"""

import json
from typing import Any

import pytest

from zhtj.imports import actions, pipeline, report

from members.actions.candidates import LISTABLE
from members.imports import COLUMNS
from members.models import YouthUnderReview

from tests import workbooks, world
from tests.cast import Cast
from tests.house.test_parity import BY_FORM, LINES, SINGLY, Line, cells_of, school
from tests.house.test_parity_random import undone

pytestmark = pytest.mark.django_db
__all__ = ["school"]
Told = tuple[str, list[str]]  # listed or refused, and the codes


def expected(line: Line) -> Told:
    """On the list 是否为团干部 may be left blank."""
    codes = sorted(code for code in line.errors if code != "is_cadre.missing")
    return ("listed" if set(codes) <= LISTABLE else "refused", codes)


def test_the_page_says_the_same(school: Cast) -> None:
    browser = world.client(school.secretary)

    def say(number: int, line: Line) -> Told:
        cells = cells_of(line, number)
        del cells["branch"]
        with undone():
            answer = browser.post(f"/members/review/add/{school.branch.pk}/", cells)
            if answer.status_code == 302:
                return "listed", reasons(YouthUnderReview.objects.get().reasons)
            errors = answer.context["form"].errors.as_data()
            return "refused", sorted(e.code for found in errors.values() for e in found)

    assert {n: say(n, line) for n, line in BY_FORM} == {n: expected(line) for n, line in BY_FORM}


def test_the_api_says_the_same(school: Cast) -> None:
    client = world.client(school.committee_admin)

    def say(number: int, line: Line) -> Told:
        body = json.dumps(cells_of(line, number))
        with undone():
            answer = client.post("/api/youths/", body, content_type="application/json")
            said = answer.json()
            if answer.status_code == 201:
                return "listed", reasons(said["reasons"])
            assert answer.status_code == 422
            return "refused", reasons(said["problems"])

    assert {n: say(n, line) for n, line in SINGLY} == {n: expected(line) for n, line in SINGLY}


def test_the_workbook_says_the_same_and_lists_them(school: Cast) -> None:
    headers = {column.field: column.header for column in COLUMNS}
    rows = [[cells_of(line, number).get(name) for name in headers] for number, line in enumerate(LINES)]
    data = workbooks.xlsx([list(headers.values()), *rows], name="青年")
    actor = world.actor(school.committee_admin)
    batch = actions.upload(actor, kind="youths", unit=school.committee, file_name="青年.xlsx", data=data)
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    told: dict[int, list[str]] = {number: [] for number in range(len(LINES))}
    refused = set()
    for problem in report.problems(batch):
        number = problem["row"] - 2
        if problem["code"] not in LINES[number].warnings:
            told[number].append(problem["code"])
        if problem["severity"] == "error":
            refused.add(number)
    assert {
        number: ("refused" if number in refused else "listed", sorted(codes))
        for number, codes in told.items()
    } == {number: expected(line) for number, line in enumerate(LINES)}
    actions.ask_commit(actor, batch=batch, acknowledge=[])
    pipeline.commit(batch.pk)
    listed = YouthUnderReview.objects.count()
    assert listed == len([line for line in LINES if expected(line)[0] == "listed"])


def reasons(said: list[dict[str, Any]]) -> list[str]:
    return sorted(reason["code"] for reason in said)
