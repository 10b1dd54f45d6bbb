"""Several at once on PostgreSQL: one winner for each id and number, the losers told, no deadlock."""

import datetime as dt
import random
import threading
from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

import pytest
from django.db import connection

from zhtj.lib.problems import Refused

from members import actions
from members.models import Member
from members.rules import EntryReader
from orgs.models import OrgUnit, Person
from orgs.tree import NewUnit

from tests import world
from tests.members.conftest import good_cells

TODAY = dt.date(2018, 11, 23)
THREADS = 8
pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def branches(settings: Any) -> list[OrgUnit]:
    settings.ZHTJ_ENTRY_GATE = ""
    province = world.province()
    children = [NewUnit(f"第{n}团支部", "branch") for n in range(THREADS)]
    committee = world.unit(province, "committee", "大学团委", children=children)
    return list(committee.children.order_by("lft"))


def at_once(jobs: Sequence[Callable[[], Any]]) -> list[Any]:
    """Run all jobs in threads that start together; their answers or exceptions, in order."""
    start = threading.Barrier(len(jobs))
    answers: list[Any] = [None] * len(jobs)

    def run(position: int) -> None:
        try:
            start.wait()
            answers[position] = jobs[position]()
        except Exception as error:
            answers[position] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(n,)) for n in range(len(jobs))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return answers


def entering(branch: OrgUnit, lines: Sequence[dict[str, Any]]) -> Callable[[], Any]:
    """Entering these lines, all or none, as the secretary of `branch`."""
    actor = world.actor(world.account(branch))
    reader = EntryReader(TODAY)
    entries = [reader.read(cells, row=row) for row, cells in enumerate(lines, start=1)]
    return lambda: actions.enter_members(actor, unit=branch, entries=entries, today=TODAY)


def codes_of(answers: Sequence[Any]) -> Counter[str]:
    """What each thread was told: `entered`, the codes of a refusal, or the name of an exception."""
    told: Counter[str] = Counter()
    for answer in answers:
        if isinstance(answer, Refused):
            told.update({problem.code for problem in answer.problems})
        elif isinstance(answer, Exception):
            told[type(answer).__name__] += 1
        else:
            told["entered"] += 1
    return told


def test_of_eight_who_enter_one_person_one_wins_and_seven_are_told_where(
    branches: list[OrgUnit],
) -> None:
    cells = good_cells()
    answers = at_once([entering(branch, [cells]) for branch in branches])
    assert codes_of(answers) == {"entered": 1, "national_id.elsewhere": 7}
    assert (Person.objects.count(), Member.objects.count()) == (1, 1)


def test_of_eight_in_the_same_branch_one_wins_and_seven_find_it_done(branches: list[OrgUnit]) -> None:
    cells = good_cells()
    answers = at_once([entering(branches[0], [cells]) for _ in range(THREADS)])
    assert codes_of(answers) == {"entered": 8}
    assert Counter(len(answer.created) for answer in answers) == {1: 1, 0: 7}
    assert Member.objects.count() == 1


def test_of_eight_with_the_same_number_one_wins(branches: list[OrgUnit]) -> None:
    late = {"joined_on": "2017-05", "development_number": "201741000001"}
    answers = at_once([entering(branch, [good_cells(**late)]) for branch in branches])
    assert codes_of(answers) == {"entered": 1, "development_number.taken": 7}


def test_overlapping_files_in_any_order_never_deadlock(branches: list[OrgUnit]) -> None:
    everybody = [good_cells(joined_on="2017-05", development_number=f"2017410{n:05d}") for n in range(60)]
    chance = random.Random(42)
    for _ in range(3):
        answers = at_once([entering(branch, chance.sample(everybody, len(everybody))) for branch in branches])
        told = codes_of(answers)
        assert set(told) <= {"entered", "national_id.elsewhere", "development_number.taken"}
        assert Member.objects.count() == Person.objects.count() == 60
    assert len(set(Member.objects.values_list("branch"))) == 1


def test_numbers_crossed_between_two_files_end_with_one_winner(branches: list[OrgUnit]) -> None:
    numbers = [f"2017410{n:05d}" for n in range(30)]

    def file(order: Sequence[str]) -> list[dict[str, Any]]:
        return [good_cells(joined_on="2017-05", development_number=number) for number in order]

    answers = at_once([entering(branches[0], file(numbers)), entering(branches[1], file(numbers[::-1]))])
    assert codes_of(answers) == {"entered": 1, "development_number.taken": 1}
    assert Member.objects.count() == 30
