"""Who may do what, cell by cell: asked of the scope, and knocked at every page and API that does it."""

import pytest
from django.db import transaction
from django.urls import reverse

from zhtj.desk import reshape

from orgs.models import OrgUnit, User
from orgs.scopes import CAPABILITIES

from tests import world
from tests.cast import Cast
from tests.desk.capabilities import BELOW, KNOCKS, OTHERS, SHUT, TABLE, Knock, Places, cells

pytestmark = pytest.mark.django_db
DOORS = [(capability, knock) for capability, knocks in KNOCKS.items() for knock in knocks]


@pytest.fixture
def places(cast: Cast) -> Places:
    return Places(cast)


@pytest.mark.parametrize("capability", TABLE)
def test_the_scope_of_a_county_admin_is_what_the_table_says(places: Places, capability: str) -> None:
    scope = world.actor(places.county_admin).scope
    for place, sign in cells(capability):
        unit: OrgUnit = getattr(places, place)
        assert scope.may(capability, unit) is (sign == "✓"), (capability, place)
        visible = OrgUnit.objects.filter(scope.q(), pk=unit.pk).exists()
        assert visible is (sign != "×"), (capability, place)


@pytest.mark.parametrize(("person", "capability"), OTHERS)
def test_the_scopes_of_the_others_too(places: Places, person: str, capability: str) -> None:
    user: User = getattr(places, person)
    scope = world.actor(user).scope
    for place, expected in zip(BELOW[person], OTHERS[person, capability], strict=True):
        if expected is not None:
            assert scope.may(capability, getattr(places, place)) is expected, place
    assert not scope.may(capability, places.abroad)


@pytest.mark.parametrize(("capability", "knock"), DOORS, ids=[f"{c}-{k.name}-{k.method}" for c, k in DOORS])
def test_page_and_api_answer_as_the_table_says(places: Places, capability: str, knock: Knock) -> None:
    client = world.client(places.county_admin)
    for place, sign in cells(capability):
        if place in knock.skips:
            continue
        with transaction.atomic():
            url, sent = knock.ask(places, place)
            json = {"content_type": "application/json"} if url.startswith("/api/") else {}
            answer = getattr(client, knock.method.lower())(url, sent or None, **json)
            transaction.set_rollback(True)
        assert answer.status_code in knock.met[sign], (place, sign, answer.status_code, answer.content[:300])


@pytest.mark.parametrize(("capability", "name"), [(c, name) for c, names in SHUT.items() for name in names])
def test_a_door_of_the_province_is_shut_to_a_county(places: Places, capability: str, name: str) -> None:
    assert world.client(places.county_admin).get(reverse(name)).status_code == 403


def test_every_declared_capability_stands_in_the_table_and_has_its_doors_named() -> None:
    assert set(TABLE) == set(CAPABILITIES) == set(KNOCKS) | set(SHUT)


# --- scopes follow the tree at once -------------------------------------------------------------


def seen(user: User, unit: OrgUnit) -> tuple[int, int]:
    """What page and API answer."""
    client = world.client(user)
    return tuple(
        client.get(reverse(name, args=[unit.pk])).status_code for name in ("unit_detail", "api_unit")
    )


def test_a_moved_unit_changes_hands_at_once(places: Places) -> None:
    user = world.account(places.town)
    assert seen(user, places.near_branch) == (404, 404)
    reshape.move_unit(world.actor(places.county_admin), unit=places.near_branch, new_parent=places.town)
    assert seen(user, places.near_branch) == (200, 200)
    assert world.client(user).get(reverse("member_enter", args=[places.near_branch.pk])).status_code == 200
    county = world.client(places.county_admin)
    assert county.get(reverse("member_enter", args=[places.near_branch.pk])).status_code == 403
    assert county.get(reverse("member_detail", args=[places.members["near_branch"].pk])).status_code == 200


def test_a_merged_units_people_change_hands_and_its_admin_has_nothing_left(places: Places) -> None:
    own = world.client(places.secretary)
    member = places.members["branch"]
    assert own.get(reverse("member_detail", args=[member.pk])).status_code == 200
    reshape.merge_units(world.actor(places.county_admin), source=places.branch, target=places.village)
    assert own.get(reverse("member_list")).status_code == 403
    village = world.client(places.village_admin).get(reverse("member_list")).content.decode()
    assert member.person.full_name in village
    committee = world.client(places.committee_admin)
    assert committee.get(reverse("member_list"), {"unit": places.village.pk}).status_code == 404
