"""The small demo as a whole: what it promises, and that its people would pass the rules."""

from collections import Counter

import pytest
from django.test import Client

from zhtj.demo.seed import seed_demo
from zhtj.demo.shape import CITIES, DEMO_BRANCH_PATH
from zhtj.lib import days

from cadres.models import Cadre
from cadres.rules import POSTS_AT
from members.models import Member
from orgs import tree
from orgs.kinds import UnitKind
from orgs.models import OrgUnit, Person, User
from progress.models import Bulletin, BulletinState, GateOpening

from tests.conftest import MORNING
from tests.standing import standing

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def seeded(django_db_setup, django_db_blocker):
    """Seeded once for the whole file; rolled back at its end."""
    with standing(django_db_blocker):
        yield seed_demo("small", seed=2018, now=MORNING)


def test_the_small_demo_is_as_large_as_promised(seeded):
    assert 130 <= seeded.units == OrgUnit.objects.count() <= 180
    assert 1_500 <= seeded.members == Member.objects.count() <= 2_500


def test_it_has_the_cities_of_the_province_and_a_sound_tree(seeded):
    province = OrgUnit.objects.get(parent=None)
    names = set(province.children.values_list("short_name", flat=True))
    assert {f"{city}团市委" for city in CITIES} <= names
    assert not tree.faults(province.tree_id)


def test_there_is_an_admin_of_every_kind_of_unit(seeded):
    kinds = {account.kind for account in seeded.accounts if account.role == "unit_admin"}
    assert kinds == set(UnitKind.values)


def test_every_account_signs_in_with_the_password_shown(seeded):
    for account in seeded.accounts:
        client = Client()
        answer = client.post("/login/", {"username": account.username, "password": account.password})
        assert answer.status_code == 302, account.username
        assert client.get("/").status_code == 200


def test_two_weeks_of_bulletins_lie_behind_and_the_last_waits_for_a_person(seeded):
    bulletins = list(Bulletin.objects.order_by("day"))
    states = [bulletin.state for bulletin in bulletins]
    assert states == [BulletinState.PUBLISHED] * 13 + [BulletinState.DONE]
    assert bulletins[-1].day == days.today()
    assert all(check["ok"] for bulletin in bulletins for check in bulletin.checks)


def test_the_figures_grow_from_day_to_day(seeded):
    province = OrgUnit.objects.get(parent=None)
    entered = [
        bulletin.units.get(unit=province).counted("members_school", "").entered
        for bulletin in Bulletin.objects.order_by("day")
    ]
    assert entered == sorted(entered)
    assert len(set(entered)) > 5


def test_one_region_has_passed_the_gate_and_the_others_have_not(seeded):
    opened = GateOpening.objects.filter(reason="rate").values_list("region__short_name", flat=True)
    assert list(opened) == ["开封团市委"]


def test_members_and_cadres_are_such_as_the_rules_allow(seeded):
    today = days.today()
    for member in Member.objects.select_related("person", "branch"):
        born = member.person.birth_on
        assert member.branch.kind == UnitKind.BRANCH
        assert (member.joined_on.year - born.year) * 12 + member.joined_on.month - born.month >= 14 * 12
        assert member.joined_on <= today
        assert bool(member.development_number) == (member.joined_on.year >= 2017)
        assert member.development_number[:4] in ("", str(member.joined_on.year))
    assert all(cadre.post in POSTS_AT[cadre.unit.kind] for cadre in Cadre.objects.select_related("unit"))
    assert max(Counter(Person.objects.values_list("mobile", flat=True)).values()) == 1


def test_the_branch_of_the_walk_through_is_empty(seeded):
    branch = User.objects.get(username="branch").acting_unit
    assert branch.short_name == DEMO_BRANCH_PATH[-1]
    assert not Member.objects.filter(branch=branch).exists()
