"""Many hands on one tree: processes that create and move units at once, and readers meanwhile."""

import pytest
from django.db import connection

from orgs import queries, tree
from orgs.kinds import Industry
from orgs.kinds import UnitKind as K
from orgs.models import OrgUnit, UnitPlacement
from orgs.scopes import scope_of
from orgs.tree import NewUnit

from tests import world
from tests.orgs import writers

pytestmark = pytest.mark.django_db(transaction=True)

PARENTS = 20


def planted() -> tuple[OrgUnit, list[OrgUnit]]:
    """A province with a city and twenty committees under it."""
    province = world.province()
    city = world.unit(province, K.CITY_COMMITTEE, "郑州团市委")
    forest = [
        NewUnit(f"{number}中团委", K.COMMITTEE, industry=Industry.HIGH_SCHOOL) for number in range(PARENTS)
    ]
    return province, tree.graft(city, forest, at=province.created_at)


def create_at_once(environment: dict[str, str], processes: int, count: int) -> None:
    """`processes` × `count` new branches under twenty parents: no error, no fault, nothing doubled."""
    province, parents = planted()
    actor = world.account(province)
    keys = [parent.pk for parent in parents]
    before = OrgUnit.objects.count()
    at_work = [
        writers.start(
            "create", environment, actor=actor.pk, parents=keys[n:] + keys[:n], count=count, name=f"第{n}人"
        )
        for n in range(processes)
    ]
    outcomes = [writers.outcome(writer) for writer in at_work]
    assert [error for outcome in outcomes for error in outcome["errors"]] == []
    assert OrgUnit.objects.count() == before + processes * count
    assert UnitPlacement.objects.filter(until_at=None).count() == OrgUnit.objects.count()
    assert tree.faults(province.tree_id) == []


@pytest.mark.parametrize("room", ["wide", "narrow"])
def test_processes_create_units_at_once(child_environment, monkeypatch, room):
    if room == "narrow":
        child_environment[writers.NARROW] = "1"
        from tests.orgs.conftest import squeeze

        squeeze(monkeypatch)
    create_at_once(child_environment, processes=4 if connection.vendor == "postgresql" else 2, count=25)


@pytest.mark.stress
@pytest.mark.parametrize("room", ["wide", "narrow"])
def test_many_processes_create_two_hundred_units_each(child_environment, monkeypatch, room):
    if room == "narrow":
        child_environment[writers.NARROW] = "1"
        from tests.orgs.conftest import squeeze

        squeeze(monkeypatch)
    create_at_once(child_environment, processes=8 if connection.vendor == "postgresql" else 4, count=200)


@pytest.mark.parametrize("moves", [30, pytest.param(300, marks=pytest.mark.stress)])
def test_readers_never_see_a_foreign_unit_while_units_move_and_room_is_made(child_environment, narrow, moves):
    province, _ = planted()
    own_city = world.unit(province, K.CITY_COMMITTEE, "开封团市委")
    own = tree.graft(
        own_city,
        [
            NewUnit(
                "开封高中团委",
                K.COMMITTEE,
                industry=Industry.RURAL,
                children=[NewUnit("一班团支部", K.BRANCH)],
            )
        ],
        at=province.created_at,
    )
    wanderers = [
        tree.graft(
            province,
            [
                NewUnit(
                    f"流动{number}团委",
                    K.COMMITTEE,
                    industry=Industry.RURAL,
                    children=[NewUnit(f"{n}组", K.BRANCH) for n in range(20)],
                )
            ],
            at=province.created_at,
        )[0]
        for number in range(2)
    ]
    scope = scope_of(world.account(own_city))
    city = OrgUnit.objects.get(short_name="郑州团市委")
    environment = {**child_environment, writers.NARROW: "1"}
    movers = [
        writers.start("move", environment, unit=unit.pk, between=[city.pk, province.pk], count=moves)
        for unit in wanderers
    ]
    expected = {own_city.pk, *(unit.pk for unit in own)}
    seen: set[frozenset[int]] = set()
    while any(mover.poll() is None for mover in movers):
        seen.add(frozenset(queries.units(scope).values_list("pk", flat=True)))
    outcomes = [writers.outcome(mover) for mover in movers]
    assert [error for outcome in outcomes for error in outcome["errors"]] == []
    assert seen == {frozenset(expected)}
    assert tree.faults(province.tree_id) == []
