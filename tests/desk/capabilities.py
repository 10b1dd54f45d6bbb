"""Who may do what (domain, section 3) as one literal table, the places, and the doors to knock at.

One sign for each place: ✓ may, – inside without the right (403), × outside (404).
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.urls import reverse

from members import actions as members
from members.rules import EntryReader
from orgs.kinds import UnitKind
from orgs.models import OrgUnit

from tests import world
from tests.cast import Cast

# The county's admin looks at: the own county, a branch right under it, a committee right under it, a
# branch deeper down, another city, another province.
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
    ("province_admin", "roles.apart"): (True, True, True),
    ("province_admin", "ids.reveal"): (False, False, False),
    ("province_admin", "audit.see"): (False, False, False),
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


class Places:
    """The cast, and the places it lacks; a member, a cadre and an application in every branch of a place."""

    def __init__(self, cast: Cast) -> None:
        self.cast = cast
        self.near_branch = world.branch(cast.county, "机关团支部")
        self.abroad = world.unit(world.province("河北团省委"), UnitKind.CITY_COMMITTEE, "石家庄团市委")
        self.branches = {
            "near_branch": self.near_branch,
            "branch": cast.branch,
            "other_city": cast.other_branch,
            "abroad": world.branch(self.abroad),
        }
        self.members = {place: world.member(branch) for place, branch in self.branches.items()}
        self.cadres = {place: world.cadre(getattr(self, place), "委员") for place in ("county", "committee")}
        self.cadres |= {place: world.cadre(branch, "书记") for place, branch in self.branches.items()}

    def __getattr__(self, name: str) -> Any:
        return getattr(self.cast, name)

    def case(self, place: str) -> int:
        """A correction of name and id that waits for its answer, asked by the branch itself."""
        member, branch = self.members[place], self.branches[place]
        asking = world.actor(world.account(branch))
        today = dt.date(2018, 11, 23)
        who = EntryReader(today).read({"full_name": "李秀英", "national_id": world.national_id()})
        return members.ask_correction(asking, member=member, entry=who, reason="有误", today=today).pk


At = Callable[[Places, str], tuple[str, dict[str, Any]]]


@dataclass(frozen=True, slots=True)
class Knock:
    """One request at a place: how its address and body name the place, what is sent besides.

    `met` says what each sign answers; `skips` are places where this door has nothing to knock at.
    """

    method: str
    name: str
    at: At
    sent: dict[str, Any]
    met: dict[str, frozenset[int]]
    skips: tuple[str, ...] = ()

    def ask(self, places: Places, place: str) -> tuple[str, dict[str, Any]]:
        """Address and body."""
        url, body = self.at(places, place)
        return url, {**self.sent, **body}


MET = {"✓": frozenset({200, 201, 204, 302, 422}), "–": frozenset({403}), "×": frozenset({404})}
# A body that names its unit in words is answered by the rules: out of reach by code, nothing written.
BY_RULES = {"✓": frozenset({200, 201}), "–": frozenset({422}), "×": frozenset({422})}
# A capability nobody at this level holds: the door itself is shut, whatever stands behind it.
ALL_SHUT = {"–": frozenset({403}), "×": frozenset({403})}
NOT_BRANCHES = ("county", "committee")


def _unit(places: Places, place: str) -> OrgUnit:
    unit: OrgUnit = getattr(places, place)
    return unit


def _path(name: str, argument: str = "pk") -> At:
    return lambda places, place: (reverse(name, kwargs={argument: _unit(places, place).pk}), {})


def _query(name: str, key: str = "unit", field: str = "pk") -> At:
    return lambda places, place: (f"{reverse(name)}?{key}={getattr(_unit(places, place), field)}", {})


def _thing(name: str, kind: str) -> At:
    return lambda places, place: (reverse(name, args=[getattr(places, kind)[place].pk]), {})


def _member(full_name: str) -> dict[str, str]:
    return {
        "full_name": full_name,
        "national_id": world.national_id(70_001),
        "ethnicity": "汉族",
        "political_status": "共青团员",
        "joined_on": "2015-05",
        "is_cadre": "否",
        "application_form": "有",
    }


def _entry(name: str, field: str, place_of: Callable[[Places, str], OrgUnit]) -> Any:
    return lambda places, place: (reverse(name), {field: place_of(places, place).code})


def _branch_or_unit(places: Places, place: str) -> OrgUnit:
    return places.branches.get(place) or _unit(places, place)


_CADRE = {**_member("王芳"), "post": "书记", "engagement": "专职"}


def _page(method: str, name: str, sent: dict[str, Any] | None = None, **more: Any) -> Knock:
    argument = more.pop("argument", "pk")
    return Knock(method, name, _path(name, argument), sent or {}, MET, **more)


# Capability → the doors it is knocked at, pages and API.
KNOCKS: dict[str, list[Knock]] = {
    "units.see": [
        _page("GET", "unit_detail"),
        _page("GET", "unit_children"),
        Knock("GET", "health", _query("health"), {}, MET),
        _page("GET", "api_unit"),
        Knock("GET", "api_health", _query("api_health"), {}, MET),
    ],
    "progress.see": [Knock("GET", "baselines", _query("baselines", field="code"), {}, MET)],
    "members.see": [
        Knock("GET", "member_list", _query("member_list"), {}, MET),
        Knock("GET", "member_detail", _thing("member_detail", "members"), {}, MET, NOT_BRANCHES),
        Knock("GET", "api_member", _thing("api_member", "members"), {}, MET, NOT_BRANCHES),
    ],
    "cadres.see": [
        Knock("GET", "cadre_list", _query("cadre_list"), {}, MET),
        _page("GET", "cadre_unit", argument="unit_pk"),
        Knock("GET", "api_cadre", _thing("api_cadre", "cadres"), {}, MET),
    ],
    "roster.print": [
        Knock("GET", "member_print", _query("member_print"), {}, MET),
        Knock("GET", "member_export", _query("member_export"), {}, MET),
        Knock("POST", "cadre_export", _query("cadre_export"), {}, MET),
    ],
    "members.enter": [
        _page("GET", "member_enter", argument="branch_pk"),
        Knock("GET", "member_correct", _thing("member_correct", "members"), {}, MET, NOT_BRANCHES),
        Knock(
            "POST", "api_members", _entry("api_members", "branch", _branch_or_unit), _member("王芳"), BY_RULES
        ),
    ],
    "units.edit_card": [
        _page("POST", "unit_edit", {"phone": ""}),
        _page("PATCH", "api_unit", {"phone": ""}),
    ],
    "cadres.enter": [
        _page("GET", "cadre_enter", argument="unit_pk"),
        Knock("GET", "cadre_keep", _thing("cadre_keep", "cadres"), {}, MET),
        Knock("POST", "api_cadres", _entry("api_cadres", "unit", _unit), _CADRE, BY_RULES),
    ],
    "units.create": [
        _page("GET", "unit_create", argument="parent_pk", skips=("near_branch", "branch")),
        Knock(
            "POST",
            "api_units",
            lambda places, place: (reverse("api_units"), {"parent": _unit(places, place).pk}),
            {"short_name": "新建团支部", "kind": "branch"},
            MET,
            ("near_branch", "branch"),
        ),
    ],
    "units.manage": [
        _page("GET", "unit_close"),
        _page("GET", "unit_merge"),
        _page("GET", "unit_move"),
        _page("POST", "unit_rename", {"short_name": "新名团支部"}),
        _page("POST", "unit_reopen"),
        _page("POST", "api_unit_rename", {"short_name": "新名团支部"}),
        _page("POST", "api_unit_close"),
        _page("POST", "api_unit_reopen"),
        Knock(
            "POST",
            "api_unit_merge",
            lambda places, place: (
                reverse("api_unit_merge", args=[_unit(places, place).pk]),
                {"unit": places.second_branch.pk},
            ),
            {},
            MET,
        ),
        Knock(
            "POST",
            "api_unit_move",
            lambda places, place: (
                reverse("api_unit_move", args=[_unit(places, place).pk]),
                {"unit": places.town.pk},
            ),
            {},
            MET,
        ),
    ],
    "admins.manage": [
        _page("GET", "unit_admins"),
        _page("POST", "code_issue"),
        _page("GET", "api_unit_admins"),
        _page("POST", "api_code_issue"),
        _page("POST", "api_role_grant", {"username": "stranger", "role": "viewer"}),
    ],
    "roles.apart": [_page("POST", "api_role_grant", {"username": "stranger", "role": "ids_reveal"})],
    "baselines.enter": [
        Knock(
            "GET",
            "import_upload",
            lambda places, place: (
                f"{reverse('import_upload')}?kind=baselines&unit={_unit(places, place).pk}",
                {},
            ),
            {},
            MET,
            ("county", "committee", "near_branch", "branch"),  # the rows say for whom; asked of the scope
        )
    ],
    "approvals.decide": [
        Knock(
            "POST",
            "case_detail",
            lambda places, place: (reverse("case_detail", args=[places.case(place)]), {}),
            {"act": "grant"},
            MET,
            NOT_BRANCHES,
        )
    ],
    "ids.reveal": [
        Knock("POST", "member_reveal", _thing("member_reveal", "members"), {}, ALL_SHUT, NOT_BRANCHES)
    ],
}
# No door of theirs names a unit below the province: the door itself is shut to everybody else.
SHUT: dict[str, list[str]] = {
    "campaign.settings": [],
    "admission.settings": ["admission_settings"],
    "audit.see": ["audit_list"],
    "bulletin.publish": [],
    "openings.decide": [],
    "interviews.propose": [],
    "cadres.preload": [],
    "superior.ask": [],
    "supervision.run": [],
}


def cells(capability: str) -> Iterator[tuple[str, str]]:
    """(place, sign) of one line of the table."""
    return zip(PLACES, TABLE[capability].split(), strict=True)
