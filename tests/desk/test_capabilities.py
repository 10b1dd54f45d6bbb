"""Who may do what, cell by cell: asked of the scope, and knocked at every page and API that does it."""

import copy
import io
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from zhtj.desk import reshape
from zhtj.imports import pipeline
from zhtj.imports.models import ImportBatch, ImportRow

from orgs.models import OrgUnit, User
from orgs.scopes import CAPABILITIES

from tests import cast as casting
from tests import workbooks, world
from tests.conftest import IS_SECOND_PASS
from tests.desk.capabilities import OTHERS, PEOPLE, TABLE, Places, cells, cells_of
from tests.desk.knocks import ASKING, KNOCKS, OF_THE_PROVINCE, WITHOUT_DOOR, Knock, ProvinceDoor
from tests.standing import standing

pytestmark = pytest.mark.django_db
EVERYBODY = (*PEOPLE, "city_admin", "county_admin")
# Doors that two rights open: what the province pre-loads, and the roles it hands out itself (decision 0011).
BOTH_WAYS = {
    ("cadres.enter", "api_cadres"),
    ("admins.manage", "unit_admins"),
    ("admins.manage", "api_unit_admins"),
    ("admins.manage", "api_role_grant"),
}
SHUT_DOOR = {403, 404}  # no right anywhere: 403, or nothing to be seen at all
CADRE_HEADER = ["姓名", "民族", "政治面貌", "团内职务", "团干部性质", "身份证号码", "所在组织"]
CADRE_ROW = ["王芳", "汉族", "中共党员", "委员", "专职"]
DOORS = [(capability, knock) for capability, knocks in KNOCKS.items() for knock in knocks]


@pytest.fixture(scope="module")
def standing_places(django_db_setup: None, django_db_blocker: Any) -> Iterator[Places]:
    with standing(django_db_blocker):
        yield Places(casting.assemble())


@pytest.fixture
def places(standing_places: Places, db: None) -> Places:
    return copy.deepcopy(standing_places)


@pytest.mark.parametrize("capability", TABLE)
def test_the_scope_of_a_county_admin_is_what_the_table_says(places: Places, capability: str) -> None:
    scope = world.actor(places.county_admin).scope
    for place, sign in cells(capability):
        unit: OrgUnit = getattr(places, place)
        assert scope.may(capability, unit) is (sign == "✓"), (capability, place)
        visible = OrgUnit.objects.filter(scope.q(), pk=unit.pk).exists()
        assert visible is (sign != "×"), (capability, place)


@pytest.mark.parametrize("person", PEOPLE)
def test_the_scopes_of_the_others_too(places: Places, person: str) -> None:
    scope = world.actor(getattr(places, person)).scope
    for capability in OTHERS:
        for place, sign in cells_of(person, capability):
            assert scope.may(capability, getattr(places, place)) is (sign == "✓"), (capability, place)


@pytest.mark.parametrize(("capability", "knock"), DOORS, ids=[f"{c}-{k.name}-{k.method}" for c, k in DOORS])
def test_page_and_api_answer_as_the_table_says(places: Places, capability: str, knock: Knock) -> None:
    places.prepare(capability)
    client = world.client(places.county_admin)
    for place, sign in cells(capability):
        if place not in knock.skips:
            answer = answer_of(client, knock, places, place)
            assert answer.status_code in knock.met[sign], (place, sign, said(answer))


@pytest.mark.parametrize(("capability", "knock"), DOORS, ids=[f"{c}-{k.name}-{k.method}" for c, k in DOORS])
def test_they_answer_the_others_as_their_table_says(places: Places, capability: str, knock: Knock) -> None:
    """On the second database the doors that open: how each refuses is asked there of the county's admin."""
    places.prepare(capability)
    for person in PEOPLE:
        if person == "province_admin" and (capability, knock.name) in BOTH_WAYS:
            continue
        user = getattr(places, person)
        is_shut = not world.actor(user).scope.has(capability)
        client = world.client(user)
        for place, sign in cells_of(person, capability):
            if place not in knock.skips and (sign == "✓" or not IS_SECOND_PASS):
                answer = answer_of(client, knock, places, place)
                met = SHUT_DOOR if is_shut else knock.met[sign]
                assert answer.status_code in met, (person, place, sign, said(answer))


def answer_of(client: Client, knock: Knock, places: Places, place: str) -> Any:
    """What the door answers; nothing of it stays."""
    with transaction.atomic():
        url, sent = knock.ask(places, place)
        json = {"content_type": "application/json"} if url.startswith("/api/") else {}
        answer = getattr(client, knock.method.lower())(url, sent or None, **json)
        transaction.set_rollback(True)
    return answer


def said(answer: Any) -> tuple[int, str]:
    return answer.status_code, "" if answer.streaming else answer.content.decode()[:300]


@pytest.mark.parametrize(("person", "door"), [(p, d) for p in EVERYBODY for d in OF_THE_PROVINCE])
def test_the_doors_of_the_province(places: Places, person: str, door: ProvinceDoor) -> None:
    places.prepare(door.capability)
    client = world.client(getattr(places, person))
    may = "✓" in dict(cells_of(person, door.capability)).values() if person in PEOPLE else False
    own, foreign = (answer_of(client, door.knock, places, place).status_code for place in ("own", "abroad"))
    if not may:
        assert (own, foreign) in ((403, 403), (403, 404))
    else:
        assert own in (200, 302, 422) and foreign == door.foreign


@pytest.mark.parametrize("name", ASKING)
def test_who_asks_a_superior_asks_for_the_own_unit(places: Places, name: str) -> None:
    assert places.campaigns
    for person in EVERYBODY:
        user = getattr(places, person)
        own = world.actor(user).scope.has("superior.ask")
        json = {"content_type": "application/json"} if name.startswith("api_") else {}
        status = world.client(user).post(reverse(name), {}, **json).status_code
        assert (status != 403) is own and status < 500, (person, status)


def test_every_declared_capability_stands_in_the_table_and_has_its_doors_named() -> None:
    doors = {door.capability for door in OF_THE_PROVINCE} | set(KNOCKS)
    assert set(TABLE) == set(OTHERS) == set(CAPABILITIES) == doors | {"superior.ask"} | WITHOUT_DOOR


# --- the province pre-loads the cadres of its organs --------------------------------------------


PRELOADED = {"province": "✓", "city": "✓", "county": "✓", "committee": "–", "branch": "–", "abroad": "×"}


def test_the_api_takes_the_provinces_word_for_the_cadres_of_any_organ(places: Places) -> None:
    (knock,) = [knock for knock in KNOCKS["cadres.enter"] if knock.name == "api_cadres"]
    for user, reached in ((places.province_admin, "✓"), (places.city_admin, "–")):
        for place in ("city", "county", "committee", "abroad"):
            sign = reached if PRELOADED[place] == "✓" else PRELOADED[place]
            sign = "✓" if user == places.city_admin and place == "city" else sign
            answer = answer_of(world.client(user), knock, places, place)
            assert answer.status_code in knock.met[sign], (user, place, said(answer))


def test_so_does_the_workbook_of_the_province(places: Places) -> None:
    asked = {}
    for user, unit in ((places.province_admin, places.province), (places.city_admin, places.city)):
        rows = [[*CADRE_ROW, world.national_id(), getattr(places, place).code] for place in PRELOADED]
        file = io.BytesIO(workbooks.xlsx([CADRE_HEADER, *rows]))
        file.name = "干部.xlsx"
        address = f"{reverse('import_upload')}?kind=cadres&unit={unit.pk}"
        answer = world.client(user).post(address, {"file": file, "form_key": str(uuid.uuid4())})
        assert answer.status_code == 302
        batch = ImportBatch.objects.latest("pk")
        pipeline.check(batch.pk)
        faulty = set(ImportRow.objects.filter(batch=batch, outcome="mend").values_list("number", flat=True))
        asked[user.username] = {place: n not in faulty for n, place in enumerate(PRELOADED, 2)}
    assert asked["province_admin"] == {place: sign == "✓" for place, sign in PRELOADED.items()}
    assert asked["city_admin"] == {place: place == "city" for place in PRELOADED}


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
    for name in ("member_detail", "api_member"):
        assert county.get(reverse(name, args=[places.members["near_branch"].pk])).status_code == 200
    sent = {"branch": places.near_branch.code, "full_name": "王芳"}
    for browser, reached in ((county, False), (world.client(user), True)):
        answer = browser.post(reverse("api_members"), sent, "application/json")
        codes = {problem["code"] for problem in answer.json()["problems"]}
        assert ("branch.out_of_scope" not in codes) is reached, codes


def test_a_merged_units_people_change_hands_and_its_admin_has_nothing_left(places: Places) -> None:
    own = world.client(places.secretary)
    member = places.members["branch"]
    assert own.get(reverse("member_detail", args=[member.pk])).status_code == 200
    reshape.merge_units(world.actor(places.county_admin), source=places.branch, target=places.village)
    for name in ("member_list", "api_members"):
        assert own.get(reverse(name)).status_code == 403
    village_api = world.client(places.village_admin).get(reverse("api_members")).json()
    assert member.person.full_name in [row["full_name"] for row in village_api["results"]]
    village = world.client(places.village_admin).get(reverse("member_list")).content.decode()
    assert member.person.full_name in village
    committee = world.client(places.committee_admin)
    assert committee.get(reverse("member_list"), {"unit": places.village.pk}).status_code == 404
    assert committee.get(reverse("api_members"), {"unit": places.village.code}).status_code == 404
    assert committee.get(reverse("api_member", args=[member.pk])).status_code == 404
