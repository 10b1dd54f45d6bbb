"""Every place where somebody writes sentences, at its page and its API: the table of `test_free_text`."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from zhtj.lib import crypto, days

from members.models import MemberCase, YouthUnderReview
from orgs.kinds import Domain
from orgs.models import AuditEntry, CorrectionRequest
from progress.actions import Expected, enter_baselines
from progress.models import (
    BaselineAdjustment,
    Bulletin,
    Campaign,
    Completion,
    EarlyOpening,
    SpotCheck,
)

from tests import world
from tests.house.stage import DAY, Stage

NUMBER = "201741000001"
NEW_ID = world.national_id(61_000)
WHO = {"full_name": "王芳", "national_id": NEW_ID}
At = Callable[["Writers"], tuple[str, dict[str, Any], dict[str, Any]]]  # URL name, its arguments, the body


class Writers:
    """The stage, with something waiting for every kind of answer."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.fresh = world.member(stage.branch)
        self.numbered = world.member(
            stage.other_branch, joined_on=dt.date(2017, 5, 1), development_number=NUMBER
        )
        self.claim = MemberCase.objects.create(
            kind="claim",
            member=world.member(stage.branch),
            branch=stage.branch,
            to_branch=stage.village,
            decider=stage.county,
            due_at=days.now() + dt.timedelta(hours=48),
            **self.asked,
        )
        outside = stage.outside_member.person
        self.outside_name, self.outside_id = outside.full_name, crypto.unseal(outside.id_sealed)
        world.grant(stage.secretary, stage.branch, "ids_reveal")
        self.campaign = Campaign.objects.get()
        self._ask_superiors()

    @property
    def asked(self) -> dict[str, Any]:
        return {"reason": "有据", "asked_by": self.stage.stranger, "asked_at": days.now()}

    def _ask_superiors(self) -> None:
        stage = self.stage
        figures = [Expected(unit.pk, Domain.SCHOOL, 40) for unit in (stage.branch, stage.second_branch)]
        admin = world.actor(stage.province_admin)
        enter_baselines(admin, campaign=self.campaign, unit=stage.province, figures=figures)
        self.gated = self.campaign.stages.get(key="members_other")
        self.opening = EarlyOpening.objects.create(stage=self.gated, region=stage.other_city, **self.asked)
        figure: dict[str, Any] = {"campaign": self.campaign, "domain": Domain.SCHOOL, **self.asked}
        self.adjustment = BaselineAdjustment.objects.create(unit=stage.second_branch, change=5, **figure)
        self.completion = Completion.objects.create(
            unit=stage.second_branch, expected_count=40, entered_count=0, graduated_count=40, **figure
        )
        self.check = SpotCheck.objects.create(
            branch=stage.branch, pattern="one_birthday", count=5, found_at=days.now()
        )

    def __getattr__(self, name: str) -> Any:
        return getattr(self.stage, name)


@dataclass(frozen=True, slots=True)
class Text:
    """One text: who writes it, at which page and API, the longest; where it is kept; what a blank meets."""

    what: str
    person: str
    page: At
    api: At
    field: str
    kept: Callable[[Writers], str | None]
    most: int = 200
    missing: str = ""
    page_field: str = ""  # where the page names it otherwise


def _said(name: str, at: dict[str, Any], body: dict[str, Any] | None = None) -> At:
    """Arguments and values that name something of the writers stand for its key, `CODE:x` for its code."""

    def keyed(writers: Writers, value: Any) -> Any:
        if isinstance(value, list):
            return [keyed(writers, one) for one in value]
        if isinstance(value, str) and value.startswith("CODE:"):
            return getattr(writers, value.removeprefix("CODE:")).code
        thing = getattr(writers, value, value) if isinstance(value, str) and value.isidentifier() else value
        return getattr(thing, "pk", thing)

    return lambda writers: (
        name,
        {key: keyed(writers, value) for key, value in at.items()},
        {key: keyed(writers, value) for key, value in (body or {}).items()},
    )


def _last(model: Any, name: str, **where: Any) -> Callable[[Writers], str | None]:
    """What the newest one says there; None without any."""
    return lambda writers: model.objects.filter(**where).order_by("pk").values_list(name, flat=True).last()


def _of(thing: str, name: str, model: Any) -> Callable[[Writers], str | None]:
    return lambda writers: getattr(model.objects.get(pk=getattr(writers, thing).pk), name)


def _trail(action: str, name: str) -> Callable[[Writers], str | None]:
    def kept(writers: Writers) -> str | None:
        entry = AuditEntry.objects.filter(action=action).order_by("pk").last()
        return entry.after[name] if entry else None

    return kept


FRESH, BRANCH, YOUTH = {"pk": "fresh"}, {"branch_pk": "branch"}, {"pk": "youth"}
MOVE = {"confirm": "1", "member": ["fresh"], "to_branch": "CODE:other_branch"}
OUTSIDE = {"full_name": "outside_name", "national_id": "outside_id"}
REASON, NEEDED = "reason", "reason.missing"
DECLINED = {"answer": "decline"}
SHORT = {"graduated_count": 37, "domain": "school"}
FULL = {"full": True}
NEW = {"source": "preset:henan-2018", "starts_on": "2019-03-01"}

TEXTS = [
    Text(
        "moving somebody",
        "secretary",
        _said("member_transfer", {}, MOVE),
        _said("api_member_transfer", {}, {"members": ["fresh"], "to_branch": "CODE:other_branch"}),
        REASON,
        _last(MemberCase, "reason", kind="transfer"),
        missing=NEEDED,
    ),
    Text(
        "taking somebody out",
        "secretary",
        _said("member_withdraw", {}, {"confirm": "1", "member": ["fresh"], "reason": "left"}),
        _said("api_member_withdraw", {}, {"members": ["fresh"], "reason": "left"}),
        "remark",
        _trail("members.withdraw", "remark"),
    ),
    Text(
        "another name or id",
        "secretary",
        _said("member_identity", FRESH, WHO),
        _said("api_member_identity", FRESH, WHO),
        REASON,
        _last(MemberCase, "reason", kind="correction", new_name="王芳"),
        missing=NEEDED,
    ),
    Text(
        "claiming somebody",
        "secretary",
        _said("member_claim", BRANCH, OUTSIDE),
        _said("api_member_claim", {}, {**OUTSIDE, "branch": "CODE:branch"}),
        REASON,
        _last(MemberCase, "reason", kind="claim", to_branch__code="HN01010101"),
        missing=NEEDED,
    ),
    Text(
        "disputing a number",
        "secretary",
        _said("member_dispute", BRANCH, {**WHO, "development_number": NUMBER}),
        _said("api_member_dispute", {}, {**WHO, "development_number": NUMBER, "branch": "CODE:branch"}),
        REASON,
        _last(MemberCase, "reason", kind="number"),
        missing=NEEDED,
    ),
    Text(
        "refusing an application",
        "committee_admin",
        _said("case_detail", {"pk": "case"}, {"act": "refuse"}),
        _said("api_case_act", {"pk": "case"}, {"act": "refuse"}),
        "decision",
        _of("case", "decision", MemberCase),
        missing=NEEDED,
    ),
    Text(
        "keeping whom others claim",
        "secretary",
        _said("case_detail", {"pk": "claim"}, {"act": "keep"}),
        _said("api_case_act", {"pk": "claim"}, {"act": "keep"}),
        "decision",
        _of("claim", "answer", MemberCase),
        missing=NEEDED,
    ),
    Text(
        "asking the keeper of a person",
        "county_admin",
        _said("person_correct", {"pk": "person"}, {"workplace": "第二中学"}),
        _said("api_person_correct", {"pk": "person"}, {"workplace": "第二中学"}),
        REASON,
        _last(CorrectionRequest, "reason", unit__code="HN0101"),
        missing="request.reason",
    ),
    Text(
        "refusing what another asks",
        "secretary",
        _said("correction_detail", {"pk": "correction"}, {"act": "refuse"}),
        _said("api_correction_act", {"pk": "correction"}, {"act": "refuse"}),
        "decision",
        _of("correction", "decision", CorrectionRequest),
        missing="request.reason",
    ),
    Text(
        "dismissing somebody under review",
        "secretary",
        _said("youth_act", YOUTH, {"act": "dismiss"}),
        _said("api_youth_dismiss", YOUTH),
        "remark",
        _of("youth", "remark", YouthUnderReview),
        missing=NEEDED,
        page_field="words",
    ),
    Text(
        "releasing somebody under review",
        "committee_admin",
        _said("youth_act", YOUTH, {"act": "release"}),
        _said("api_youth_release", YOUTH),
        REASON,
        _of("youth", "release_reason", YouthUnderReview),
        missing=NEEDED,
        page_field="words",
    ),
    Text(
        "looking at a whole id",
        "secretary",
        _said("member_reveal", FRESH),
        _said("api_member_reveal", FRESH),
        "purpose",
        _trail("members.reveal_id", "purpose"),
        missing="purpose.missing",
    ),
    Text(
        "exporting whole ids",
        "secretary",
        _said("member_export", {}, FULL),
        _said("api_member_export", {}, FULL),
        "purpose",
        _trail("members.export", "purpose"),
        missing="purpose.missing",
    ),
    Text(
        "exporting whole ids of cadres",
        "secretary",
        _said("cadre_export", {}, FULL),
        _said("api_cadre_export", {}, FULL),
        "purpose",
        _trail("cadres.export", "purpose"),
        missing="purpose.missing",
    ),
    Text(
        "asking for an early opening",
        "city_admin",
        _said("early_openings", {}, {"stage": "gated"}),
        _said("api_early_openings", {}, {"stage": "members_other"}),
        REASON,
        _last(EarlyOpening, "reason", region__code="HN01"),
        500,
        NEEDED,
    ),
    Text(
        "declining an early opening",
        "staff",
        _said("early_opening_decide", {"pk": "opening"}, DECLINED),
        _said("api_early_opening_answer", {"pk": "opening"}, {"agree": False}),
        "remark",
        _of("opening", "remark", EarlyOpening),
        500,
        "remark.missing",
    ),
    Text(
        "asking for another baseline",
        "committee_admin",
        _said("adjustments", {}, {"domain": "school", "change": "-5"}),
        _said("api_adjustments", {}, {"domain": "school", "change": -5}),
        REASON,
        _last(BaselineAdjustment, "reason", unit__code="HN010101"),
        500,
        NEEDED,
    ),
    Text(
        "declining another baseline",
        "county_admin",
        _said("adjustment_decide", {"pk": "adjustment"}, DECLINED),
        _said("api_adjustment_answer", {"pk": "adjustment"}, {"agree": False}),
        "remark",
        _of("adjustment", "remark", BaselineAdjustment),
        500,
        "remark.missing",
    ),
    Text(
        "explaining what is missing",
        "secretary",
        _said("completions", {}, {**SHORT}),
        _said("api_completions", {}, {**SHORT}),
        REASON,
        _last(Completion, "reason", unit__code="HN01010101"),
        500,
        NEEDED,
    ),
    Text(
        "returning an explanation",
        "committee_admin",
        _said("completion_decide", {"pk": "completion"}, DECLINED),
        _said("api_completion_answer", {"pk": "completion"}, {"agree": False}),
        "remark",
        _of("completion", "remark", Completion),
        500,
        "remark.missing",
    ),
    Text(
        "answering a spot check",
        "committee_admin",
        _said("spot_check_answer", {"pk": "check"}, {"state": "correct"}),
        _said("api_spot_check_answer", {"pk": "check"}, {"state": "correct"}),
        "remark",
        _of("check", "remark", SpotCheck),
        500,
        "spot_check.remark",
    ),
    Text(
        "computing a published day again",
        "staff",
        _said("bulletin_recompute", {"day": "day"}),
        _said("api_bulletin_recompute", {"day": "day"}),
        REASON,
        _last(Bulletin, "reason", day=DAY, revision=2),
        missing="bulletin.reason_missing",
    ),
    Text(
        "naming a campaign",
        "settings_admin",
        _said("campaign_list", {}, NEW),
        _said("api_campaign_plans", {}, NEW),
        "name",
        _last(Campaign, "name", key="campaign-2019-03-1"),
        60,
        "name.missing",
    ),
]

# Words to search for: who asks where, under which name, for what; what is then to be seen.
SEARCHES: list[tuple[str, str, str, str, str]] = [
    ("unit_list", "county_admin", "q", "高一1班", "HN01010101"),
    ("unit_pick", "county_admin", "q", "高一1班", "高一1班"),
    ("api_units", "county_admin", "q", "高一1班", "HN01010101"),
    ("member_list", "secretary", "q", "fresh_name", "fresh_name"),
    ("api_members", "secretary", "q", "fresh_name", "fresh_name"),
    ("api_people", "secretary", "q", "fresh_name", "fresh_name"),
    ("cadre_list", "committee_admin", "q", "cadre_name", "cadre_name"),
    ("api_cadres", "committee_admin", "q", "cadre_name", "cadre_name"),
    ("import_list", "committee_admin", "words", "名单", "名单.xlsx"),
    ("audit_list", "auditor", "actor", "secretary", "待封存"),
    ("api_audit", "auditor", "actor", "secretary", "members.put_under_review"),
]
ASKED_BY_POST: list[tuple[str, str, str, str, str]] = [
    ("api_member_search", "secretary", "q", "fresh_name", "fresh_name"),
    ("person_origin", "auditor", "name", "fresh_name", "没有文件"),
    ("api_person_origin", "auditor", "name", "fresh_name", "HN01010101"),
]
