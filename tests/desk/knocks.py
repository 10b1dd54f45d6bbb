"""The doors of each capability, page and API: what is asked there, and what each sign of the table meets."""

import datetime as dt
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Any

from django.urls import reverse

from orgs.models import OrgUnit
from progress import actions
from progress.models import BaselineAdjustment, EarlyOpening
from progress.plans import fingerprint

from tests import world
from tests.desk.capabilities import NOT_BRANCHES, Places

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
# A form on the page of the superior offers what is in reach; nobody sees the superior of the own unit.
BY_FORM = {"✓": frozenset({302}), "–": frozenset({200, 404}), "×": frozenset({404})}
# A capability nobody at this level holds: the door itself is shut, whatever stands behind it.
ALL_SHUT = {"–": frozenset({403}), "×": frozenset({403})}


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
        "national_id": world.national_id(60_001),
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


def _of_the_day(name: str) -> At:
    return lambda places, place: (
        f"{reverse(name, args=[places.bulletin.day])}?unit={_unit(places, place).code}",
        {},
    )


def _request(name: str) -> At:
    return lambda places, place: (
        reverse(name, args=[places.request(BaselineAdjustment, place)]),
        {},
    )


def _figure_form(places: Places, place: str) -> tuple[str, dict[str, Any]]:
    """The page of the superior, where the unit is picked; the province's own page for itself."""
    unit = _unit(places, place)
    return f"{reverse('baselines')}?unit={(unit.parent or unit).code}", {"unit": unit.code}


BRANCHES = ("near_branch", "branch")  # nobody asks for a branch
AGREED = {"answer": "agree"}
WHOLE = {"full": True, "purpose": "核对"}
_FIGURE = {"domain": "学校", "member_count": "10"}
_CADRE = {**_member("王芳"), "post": "书记", "engagement": "专职"}


def _onto_itself(name: str) -> Knock:
    """A deed of two units, asked with the same one twice: allowed or not is answered before that is."""

    def asked(places: Places, place: str) -> tuple[str, dict[str, Any]]:
        unit = _unit(places, place)
        return reverse(name, args=[unit.pk]), {"unit": unit.pk}

    return Knock("POST", name, asked, {}, MET)


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
    "progress.see": [
        Knock("GET", "baselines", _query("baselines", field="code"), {}, MET),
        Knock("GET", "bulletin", _of_the_day("bulletin"), {}, MET),
        Knock("GET", "api_bulletin", _of_the_day("api_bulletin"), {}, MET),
        Knock("GET", "api_bulletin_files", _of_the_day("api_bulletin_files"), {}, MET),
    ],
    "members.see": [
        Knock("GET", "member_list", _query("member_list"), {}, MET),
        Knock("GET", "member_detail", _thing("member_detail", "members"), {}, MET, NOT_BRANCHES),
        Knock("GET", "api_member", _thing("api_member", "members"), {}, MET, NOT_BRANCHES),
    ],
    "cadres.see": [
        Knock("GET", "cadre_list", _query("cadre_list"), {}, MET),
        _page("GET", "cadre_unit", argument="unit_pk"),
        Knock("GET", "api_cadre", _thing("api_cadre", "cadres"), {}, MET),
        Knock("GET", "cadre_missing", _query("cadre_missing"), {}, MET),
        Knock("GET", "api_cadre_missing", _query("api_cadre_missing", field="code"), {}, MET),
        Knock("GET", "api_cadre_missing_counts", _query("api_cadre_missing_counts", field="code"), {}, MET),
    ],
    "roster.print": [
        Knock("GET", "member_print", _query("member_print"), {}, MET),
        Knock("GET", "member_export", _query("member_export"), {}, MET),
        Knock("POST", "cadre_export", _query("cadre_export"), {}, MET),
        Knock("GET", "cadre_print", _query("cadre_print"), {}, MET),
        Knock("POST", "api_member_export", _entry("api_member_export", "unit", _unit), {}, MET),
        Knock("POST", "api_cadre_export", _entry("api_cadre_export", "unit", _unit), {}, MET),
    ],
    "members.enter": [
        _page("GET", "member_enter", argument="branch_pk"),
        Knock("GET", "member_correct", _thing("member_correct", "members"), {}, MET, NOT_BRANCHES),
        Knock(
            "POST", "api_members", _entry("api_members", "branch", _branch_or_unit), _member("王芳"), BY_RULES
        ),
    ],
    "units.edit_card": [
        _page("POST", "unit_edit", {"phone": "0371-65902921"}),
        _page("PATCH", "api_unit", {"phone": "0371-65902921"}),
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
        _page("POST", "unit_industry", {"industry": "农村"}),
        _page("POST", "unit_reopen"),
        _page("POST", "api_unit_rename", {"short_name": "新名团支部"}),
        _page("POST", "api_unit_industry", {"industry": "农村"}),
        _page("POST", "api_unit_close"),
        _page("POST", "api_unit_reopen"),
        _onto_itself("api_unit_merge"),
        _onto_itself("api_unit_move"),
    ],
    "admins.manage": [
        _page("GET", "unit_admins"),
        _page("POST", "code_issue"),
        _page("GET", "api_unit_admins"),
        _page("POST", "api_code_issue"),
        _page("POST", "api_role_grant", {"username": "stranger", "role": "viewer"}),
        # The codes of its children are asked for at a unit that one need not manage oneself.
        *(
            _page(method, name, skips=("province", "county", "committee"))
            for method, name in (
                ("GET", "unit_codes"),
                ("GET", "code_sheet"),
                ("POST", "code_workbook"),
                ("GET", "api_unit_codes"),
                ("POST", "api_unit_codes"),
                ("POST", "api_code_workbook"),
            )
        ),
    ],
    "roles.apart": [_page("POST", "api_role_grant", {"username": "stranger", "role": "ids_reveal"})],
    "baselines.enter": [
        Knock("POST", "baselines", _figure_form, _FIGURE, BY_FORM),
        Knock("POST", "api_baselines", _entry("api_baselines", "unit", _unit), _FIGURE, BY_RULES),
        Knock("POST", "adjustment_decide", _request("adjustment_decide"), AGREED, MET, BRANCHES),
        Knock(
            "POST", "api_adjustment_answer", _request("api_adjustment_answer"), {"agree": True}, MET, BRANCHES
        ),
    ],
    "approvals.decide": [
        Knock(
            "POST",
            "case_detail",
            lambda places, place: (reverse("case_detail", args=[places.case(place)]), {}),
            {"act": "grant"},
            MET,
            NOT_BRANCHES,
        ),
        Knock(
            "POST",
            "api_case_act",
            lambda places, place: (reverse("api_case_act", args=[places.case(place)]), {}),
            {"act": "grant"},
            MET,
            NOT_BRANCHES,
        ),
    ],
    "ids.reveal": [
        Knock("POST", "member_reveal", _thing("member_reveal", "members"), {}, ALL_SHUT, NOT_BRANCHES),
        Knock(
            "POST", "api_member_reveal", _thing("api_member_reveal", "members"), {}, ALL_SHUT, NOT_BRANCHES
        ),
        Knock("POST", "cadre_export", _query("cadre_export"), WHOLE, MET),
        Knock("POST", "api_cadre_export", _entry("api_cadre_export", "unit", _unit), WHOLE, MET),
        Knock("POST", "member_export", _query("member_export"), WHOLE, MET),
        Knock("POST", "api_member_export", _entry("api_member_export", "unit", _unit), WHOLE, MET),
    ],
}


@dataclass(frozen=True, slots=True)
class ProvinceDoor:
    """A door only the province opens: asked of the own province ("own") and of a foreign one ("abroad").

    `foreign` is what it answers whoever may open it at home.
    """

    capability: str
    knock: Knock
    foreign: int = 404

    def __str__(self) -> str:
        return f"{self.capability}-{self.knock.name}"


def _campaign(name: str) -> At:
    return lambda places, place: (reverse(name, args=[places.campaigns[place].key]), {})


def _opening(name: str) -> At:
    return lambda places, place: (
        reverse(name, args=[places.request(EarlyOpening, "city" if place == "own" else place)]),
        {},
    )


def _itself(name: str) -> At:
    """A door that names no province: everybody means the own one."""
    return lambda places, place: (reverse(name), {})


def _publishing(name: str) -> At:
    """A finished bulletin of the own province; abroad there is one of a day that is none of ours."""

    def asked(places: Places, place: str) -> tuple[str, dict[str, Any]]:
        day = places.finished.day if place == "own" else dt.date(2018, 11, 1)
        seen = {"revision": "1", "computed_at": places.finished.computed_at.isoformat()}
        return reverse(name, args=[day]), seen

    return asked


def _plan(places: Places, place: str) -> tuple[str, dict[str, Any]]:
    """The campaign of the own province or of the foreign one, as it stands."""
    campaign = places.campaigns[place]
    plan = actions.plan_of(campaign)
    sent = {**asdict(plan), "cutoff_time": "08:00", "version": fingerprint(plan)}
    return reverse("api_campaign_plan", args=[campaign.key]), sent


def _trail(name: str) -> At:
    return lambda places, place: (
        f"{reverse(name)}?unit={(places.branch if place == 'own' else places.abroad).code}",
        {},
    )


def _of_province(capability: str, method: str, name: str, at: At, foreign: int = 404, **sent: Any) -> Any:
    return ProvinceDoor(capability, Knock(method, name, at, sent, {}), foreign)


OF_THE_PROVINCE = [
    _of_province("campaign.settings", "GET", "campaign_list", _itself("campaign_list"), 200),
    _of_province("campaign.settings", "GET", "campaign_edit", _campaign("campaign_edit")),
    _of_province("campaign.settings", "POST", "campaign_switch", _campaign("campaign_switch"), to="end"),
    _of_province("campaign.settings", "POST", "campaign_rehearse", _campaign("campaign_rehearse")),
    _of_province("campaign.settings", "GET", "api_campaign_plans", _itself("api_campaign_plans"), 200),
    _of_province("campaign.settings", "GET", "api_campaign_plan", _campaign("api_campaign_plan")),
    _of_province("campaign.settings", "PUT", "api_campaign_plan", _plan, lag_points=99),
    _of_province("campaign.settings", "POST", "api_campaign_end", _campaign("api_campaign_end")),
    _of_province("campaign.settings", "POST", "api_campaign_activate", _campaign("api_campaign_activate")),
    _of_province(
        "campaign.settings",
        "POST",
        "api_campaign_rehearse",
        _campaign("api_campaign_rehearse"),
        first="2018-11-20",
        last="2018-11-21",
    ),
    _of_province("campaign.settings", "GET", "retention_settings", _itself("retention_settings"), 200),
    _of_province(
        "campaign.settings",
        "PATCH",
        "api_retention_settings",
        _itself("api_retention_settings"),
        200,
        drafts=30,
    ),
    _of_province("admission.settings", "GET", "admission_settings", _itself("admission_settings"), 200),
    _of_province(
        "admission.settings", "GET", "api_admission_settings", _itself("api_admission_settings"), 200
    ),
    _of_province(
        "openings.decide", "POST", "early_opening_decide", _opening("early_opening_decide"), **AGREED
    ),
    _of_province(
        "openings.decide",
        "POST",
        "api_early_opening_answer",
        _opening("api_early_opening_answer"),
        agree=True,
    ),
    _of_province("bulletin.publish", "POST", "bulletin_publish", _publishing("bulletin_publish")),
    _of_province("bulletin.publish", "POST", "api_bulletin_publish", _publishing("api_bulletin_publish")),
    _of_province("bulletin.publish", "POST", "bulletin_recompute", _publishing("bulletin_recompute")),
    _of_province("bulletin.publish", "POST", "api_bulletin_recompute", _publishing("api_bulletin_recompute")),
    _of_province("audit.see", "GET", "audit_list", _trail("audit_list")),
    _of_province("audit.see", "GET", "api_audit", _trail("api_audit")),
    _of_province("audit.see", "GET", "person_origin", _itself("person_origin"), 200),
    _of_province("audit.see", "POST", "api_person_origin", _itself("api_person_origin"), 200),
    _of_province("audit.see", "POST", "api_audit_chain", _itself("api_audit_chain"), 200),
]
# Doors at which one asks for the unit one acts for: no other can be named.
ASKING = (
    "adjustments",
    "api_adjustments",
    "completions",
    "api_completions",
    "early_openings",
    "api_early_openings",
)
# Rights whose rooms have no door yet, asked of the scope only; and cadres.preload, which is the door of
# cadres.enter (a test of its own).
WITHOUT_DOOR = {"supervision.run", "interviews.propose", "cadres.preload"}
