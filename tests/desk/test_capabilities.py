"""Who may do what (domain, section 3), cell by cell: on the own unit, a direct child, deeper, abroad.

The table is literal. Every cell is asked of the scope; cells with a page and an API are knocked at
through both as well. ✓ may, – inside without the right (403), × outside (404).
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.urls import reverse

from orgs.kinds import UnitKind
from orgs.models import OrgUnit, User

from tests import world
from tests.cast import Cast

pytestmark = pytest.mark.django_db

# The county's admin looks at: the own county, a branch right under it, a committee right under it, a
# branch deeper down, another city, another province. One sign for each.
PLACES = ("county", "near_branch", "committee", "branch", "other_city", "abroad")
TABLE = {
    #                      own  b.  c.  deep city prov
    "units.see":          "✓    ✓   ✓   ✓    ×    ×",
    "progress.see":       "✓    ✓   ✓   ✓    ×    ×",
    "members.see":        "✓    ✓   ✓   ✓    ×    ×",
    "cadres.see":         "✓    ✓   ✓   ✓    ×    ×",
    "roster.print":       "✓    ✓   ✓   ✓    ×    ×",
    "members.enter":      "–    ✓   –   –    ×    ×",
    "units.edit_card":    "✓    ✓   ✓   ✓    ×    ×",
    "cadres.enter":       "✓    ✓   –   –    ×    ×",
    "cadres.preload":     "–    –   –   –    ×    ×",
    "units.create":       "✓    ✓   ✓   ✓    ×    ×",
    "units.manage":       "–    ✓   ✓   ✓    ×    ×",
    "admins.manage":      "–    ✓   ✓   ✓    ×    ×",
    "roles.apart":        "–    –   –   –    ×    ×",
    "baselines.enter":    "–    ✓   ✓   ✓    ×    ×",
    "superior.ask":       "✓    –   –   –    ×    ×",
    "approvals.decide":   "–    ✓   ✓   ✓    ×    ×",
    "supervision.run":    "–    ✓   ✓   ✓    ×    ×",
    "campaign.settings":  "–    –   –   –    ×    ×",
    "admission.settings": "–    –   –   –    ×    ×",
    "openings.decide":    "–    –   –   –    ×    ×",
    "bulletin.publish":   "–    –   –   –    ×    ×",
    "interviews.propose": "–    –   –   –    ×    ×",
    "audit.see":          "–    –   –   –    ×    ×",
    "ids.reveal":         "–    –   –   –    ×    ×",
}  # fmt: skip

# What differs for others: (person, capability) → own, child, deeper (None: there is none).
OTHERS: dict[tuple[str, str], tuple[bool | None, bool | None, bool | None]] = {
    ("province_admin", "cadres.preload"): (True, True, True),
    ("province_admin", "campaign.settings"): (True, True, True),
    ("province_admin", "bulletin.publish"): (True, True, True),
    ("province_admin", "baselines.enter"): (False, True, True),
    ("province_admin", "members.enter"): (False, False, False),
    ("province_admin", "ids.reveal"): (False, False, False),
    ("committee_admin", "members.enter"): (False, True, None),
    ("committee_admin", "cadres.enter"): (True, True, None),
    ("committee_admin", "units.manage"): (False, True, None),
    ("committee_admin", "baselines.enter"): (False, False, None),
    ("committee_admin", "supervision.run"): (False, False, None),
    ("secretary", "members.enter"): (True, None, None),
    ("secretary", "cadres.enter"): (True, None, None),
    ("secretary", "units.create"): (False, None, None),
    ("secretary", "admins.manage"): (False, None, None),
    ("staff", "units.see"): (True, True, True),
    ("staff", "members.see"): (False, False, False),
    ("staff", "members.enter"): (False, False, False),
    ("staff", "bulletin.publish"): (True, True, True),
    ("staff", "interviews.propose"): (True, True, True),
    ("settings_admin", "campaign.settings"): (True, True, True),
    ("settings_admin", "members.see"): (False, False, False),
    ("auditor", "audit.see"): (True, True, True),
    ("auditor", "members.see"): (False, False, False),
    ("viewer", "progress.see"): (True, True, True),
    ("viewer", "members.see"): (False, False, False),
    ("viewer", "units.edit_card"): (False, False, False),
}
BELOW = {
    "province_admin": ("province", "city", "county"),
    "committee_admin": ("committee", "branch", ""),
    "secretary": ("branch", "", ""),
    "staff": ("province", "city", "county"),
    "settings_admin": ("province", "city", "county"),
    "auditor": ("province", "city", "county"),
    "viewer": ("city", "county", "committee"),
}

# Capability → its doors: method, page or API, URL name, what is sent.
DOORS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("units.see", "GET", "unit_detail", {}),
    ("units.see", "GET", "api_unit", {}),
    ("units.edit_card", "POST", "unit_edit", {"phone": ""}),
    ("units.manage", "GET", "unit_close", {}),
    ("units.manage", "GET", "unit_merge", {}),
    ("units.manage", "GET", "unit_move", {}),
    ("units.manage", "POST", "unit_rename", {"short_name": "新名团支部"}),
    ("units.manage", "POST", "api_unit_rename", {"short_name": "新名团支部"}),
    ("units.manage", "POST", "api_unit_close", {}),
    ("units.manage", "POST", "api_unit_reopen", {}),
    ("admins.manage", "GET", "unit_admins", {}),
    ("admins.manage", "POST", "code_issue", {}),
    ("admins.manage", "POST", "api_code_issue", {}),
]
MET = {"✓": {200, 302, 422}, "–": {403}, "×": {404}}


class Places:
    """The cast, and the places it lacks."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.near_branch = world.branch(cast.county, "机关团支部")
        self.abroad = world.unit(world.province("河北团省委"), UnitKind.CITY_COMMITTEE, "石家庄团市委")

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cast, name)


@pytest.fixture
def places(cast: Cast) -> Places:
    return Places(cast)


def cells(capability: str) -> Iterator[tuple[str, str]]:
    return zip(PLACES, TABLE[capability].split(), strict=True)


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


@pytest.mark.parametrize(("capability", "method", "name", "sent"), DOORS)
def test_page_and_api_answer_as_the_table_says(
    places: Places, capability: str, method: str, name: str, sent: dict[str, Any]
) -> None:
    for place, sign in cells(capability):
        with transaction.atomic():
            client = world.client(places.county_admin)
            url = reverse(name, args=[getattr(places, place).pk])
            answer = getattr(client, method.lower())(url, sent)
            transaction.set_rollback(True)
        assert answer.status_code in MET[sign], (name, place, answer.status_code)


def test_every_declared_capability_stands_in_the_table() -> None:
    from orgs.scopes import CAPABILITIES

    assert set(TABLE) == set(CAPABILITIES)
