"""Many hands reshaping one tree: no fault, nothing lost, clean refusals, readers see no stranger."""

from typing import Any

import pytest
from django.db import connection

import members.queries
from members.models import Member
from orgs import queries, tree
from orgs.kinds import Industry
from orgs.kinds import UnitKind as K
from orgs.models import OrgUnit, UnitPlacement
from orgs.scopes import scope_of
from orgs.tree import NewUnit

from tests import world
from tests.desk import shapers

pytestmark = pytest.mark.django_db(transaction=True)

LETTERS = "ABC"  # three cities; nobody reshapes A
COMMITTEES, BRANCHES, MEMBERS = 6, 6, 2
MEDIUM = (130, 40)  # with the three cities 15 994 units


def city(province: OrgUnit, letter: str, committees: int, branches: int) -> OrgUnit:
    """So many committees of so many branches; members in the branches of the first few."""
    below = [
        NewUnit(
            f"{letter}{n}团委",
            K.COMMITTEE,
            industry=Industry.RURAL,
            children=[NewUnit(f"{letter}{n}-{b}组团支部", K.BRANCH) for b in range(branches)],
        )
        for n in range(committees)
    ]
    root, *units = tree.graft(
        province, [NewUnit(f"{letter}团市委", K.CITY_COMMITTEE, children=below)], at=province.created_at
    )
    for unit in [unit for unit in units if unit.is_branch][: COMMITTEES * BRANCHES]:
        world.members(unit, MEMBERS)
    return root


def reshape_at_once(
    environment: dict[str, str],
    processes: int,
    seconds: float,
    committees: int = COMMITTEES,
    branches: int = BRANCHES,
) -> dict[str, Any]:
    """`processes` random writers in two of three cities while their scopes are read; what was done."""
    province = world.province()
    cities = {letter: city(province, letter, committees, branches) for letter in LETTERS}
    actor = world.account(province)
    scopes = {letter: scope_of(world.account(unit)) for letter, unit in cities.items()}
    units_before, members_before = OrgUnit.objects.count(), Member.objects.filter(until_at=None).count()
    still = set(queries.units(scopes["A"]).values_list("pk", flat=True))
    environment = {**environment, "TREE_NARROW": "1"}
    at_work = []
    for seed in range(1, processes + 1):
        letter = LETTERS[1 + seed % 2]
        task = {"actor": actor.pk, "city": cities[letter].pk, "letter": letter, "seed": seed}
        at_work.append(shapers.start(environment, **task, seconds=seconds))
    strangers, looks = 0, 0
    while any(shaper.poll() is None for shaper in at_work):
        looks += 1
        for letter, scope in scopes.items():
            strangers += queries.units(scope).exclude(short_name__startswith=letter).count()
            seen = members.queries.members(scope).exclude(branch__short_name__startswith=letter)
            strangers += seen.count()
        assert set(queries.units(scopes["A"]).values_list("pk", flat=True)) == still
        assert members.queries.members(scopes["A"]).count() == COMMITTEES * BRANCHES * MEMBERS
    outcomes = [shapers.outcome(shaper) for shaper in at_work]
    assert [error for outcome in outcomes for error in outcome["errors"]] == []
    assert strangers == 0 and looks > 0
    assert tree.faults(province.tree_id) == []
    assert OrgUnit.objects.count() == units_before + sum(outcome["created"] for outcome in outcomes)
    entered = sum(outcome["done"].get("enter", 0) for outcome in outcomes)
    assert Member.objects.filter(until_at=None).count() == members_before + entered
    assert not Member.objects.filter(until_at=None, branch__closed_at__isnull=False).exists()
    assert not OrgUnit.objects.filter(closed_at=None, parent__closed_at__isnull=False).exists()
    assert (
        UnitPlacement.objects.filter(until_at=None).count() == OrgUnit.objects.filter(closed_at=None).count()
    )
    return {"looks": looks, "outcomes": outcomes}


def test_processes_reshape_the_tree_while_three_scopes_are_read(child_environment: dict[str, str]) -> None:
    on_postgres = connection.vendor == "postgresql"
    done = reshape_at_once(child_environment, processes=8 if on_postgres else 2, seconds=4)
    assert sum(sum(outcome["done"].values()) for outcome in done["outcomes"]) > 0


@pytest.mark.stress
@pytest.mark.postgres
@pytest.mark.parametrize(
    ("committees", "branches"), [(COMMITTEES, BRANCHES), MEDIUM], ids=["small", "medium"]
)
def test_eight_processes_reshape_the_tree_for_a_minute(
    child_environment: dict[str, str], committees: int, branches: int
) -> None:
    done = reshape_at_once(child_environment, 8, 60, committees, branches)
    counts = {
        what: {
            deed: sum(outcome[what].get(deed, 0) for outcome in done["outcomes"]) for deed in shapers.DEEDS
        }
        for what in ("done", "refused")
    }
    print(done["looks"], counts)  # noqa: T201 - what a minute of it amounts to
    assert all(counts["done"].values())
    assert all(sum(outcome["done"].values()) for outcome in done["outcomes"]), "every process did something"
