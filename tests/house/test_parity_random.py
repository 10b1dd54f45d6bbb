"""Any entry at all: what one door accepts all accept, and a refusal has the same codes (members).

The table of test_parity names the edges; here the fields are shuffled together at random.
"""

import json
import random
from typing import Any

import pytest
from django.db import transaction

from zhtj.imports import actions, pipeline, report
from zhtj.lib import days

from members.imports import COLUMNS

from tests import workbooks, world
from tests.cast import Cast

pytestmark = pytest.mark.django_db
WARNINGS = {"joined_on.under_age_before", "member.overage", "development_number.province"}
# The first word of each is the good one, met twice as often as all others together.
POOLS: dict[str, list[str]] = {
    "full_name": ["张三", "买买提·艾力", "王1", "", "李 四"],
    "ethnicity": ["汉族", "汉", "", "外星族"],
    "political_status": ["共青团员", "党员", "群众", "", "无党派"],
    "joined_on": ["2015-05", "2016-12", "2017-01", "2017-12", "2018-11", "2018-12", "2012-01", "春天", ""],
    "is_cadre": ["否", "是", "", "也许"],
    "post": ["", "书记", "班长", "候补委员"],
    "application_form": ["有", "", "无", "丢了"],
    "member_card": ["", "有", "无"],
    "transfer_letter": ["", "有", "无"],
    "mobile": ["", "13812345678", "123"],
    "qq": ["", "12345", "1234"],
}


@pytest.mark.parametrize("count", [40, pytest.param(600, marks=pytest.mark.stress)])
def test_what_one_door_says_of_any_entry_all_say(cast: Cast, settings: Any, count: int) -> None:
    settings.ZHTJ_ENTRY_GATE = ""
    lines = [entry(random.Random(seed), seed) for seed in range(count)]
    by_form = [form(cast, cells) for cells in lines]
    assert any(by_form) and not all(by_form), "the pools hold good and bad"
    assert [api(cast, cells) for cells in lines] == by_form
    assert workbook(cast, lines) == by_form


def entry(chance: random.Random, seed: int) -> dict[str, str]:
    cells = {
        name: words[0] if chance.random() < 0.8 else chance.choice(words) for name, words in POOLS.items()
    }
    year = chance.choice([cells["joined_on"][:4], "2015", "2017", "2018"])
    number = f"{year}41{seed:06d}"
    born = days.dt.date(chance.choice([1990, 2000, 2003, 2004, 2005]), chance.randint(1, 12), 28)
    good = world.national_id(5000 + seed, born=born)
    spoilt = good[:9] + str((int(good[9]) + 1) % 10) + good[10:]
    return cells | {
        "national_id": chance.choice([good, good, good, good, spoilt, good[:15], ""]),
        "development_number": chance.choice(
            ["", number, number, f"{year}{seed:04d}", f"20151600000{seed:05d}"]
        ),
    }


def form(cast: Cast, cells: dict[str, str]) -> set[str]:
    with undone():
        url = f"/members/enter/{cast.branch.pk}/"
        answer = world.client(cast.secretary).post(url, cells | {"attest_evidence": "on"})
        if answer.status_code == 302:
            return set()
        told = answer.context["form"].errors.as_data().values()
        return {error.code for errors in told for error in errors} - WARNINGS


def api(cast: Cast, cells: dict[str, str]) -> set[str]:
    with undone():
        body = json.dumps(cells | {"attest_evidence": True})
        client = world.client(cast.secretary)
        answer = client.post("/api/members/", body, content_type="application/json").json()
        return {problem["code"] for problem in answer.get("problems", [])} - WARNINGS


def workbook(cast: Cast, lines: list[dict[str, str]]) -> list[set[str]]:
    headers = {column.field: column.header for column in COLUMNS if column.field in lines[0]}
    rows = [[cells[name] for name in headers] for cells in lines]
    data = workbooks.xlsx([list(headers.values()), *rows], name="团员")
    batch = actions.upload(
        world.actor(cast.secretary),
        kind="members",
        unit=cast.branch,
        file_name="团员.xlsx",
        data=data,
        attest_evidence=True,
    )
    pipeline.check(batch.pk)
    told: list[set[str]] = [set() for _ in lines]
    for problem in report.problems(batch):
        told[problem["row"] - 2].add(problem["code"])
    return [codes - WARNINGS for codes in told]


class undone(transaction.Atomic):
    """What is written inside is rolled back."""

    def __init__(self) -> None:
        super().__init__(using=None, savepoint=True, durable=False)

    def __exit__(self, *raised: Any) -> None:
        transaction.set_rollback(True)
        super().__exit__(*raised)
