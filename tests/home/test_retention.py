"""Retention: what is deleted when, the settings, the command, the notice that says so."""

import datetime as dt
import io
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from django.contrib.sessions.models import Session
from django.core.management import call_command

from zhtj import retention
from zhtj.lib import days
from zhtj.models import RetentionRule
from zhtj.retention.items import ITEMS

from members import actions
from members.actions.retention import FORGOTTEN
from members.models import EntryDraft, MemberCase, ReviewDocument
from members.rules import EntryReader
from orgs import corrections
from orgs.models import AccessCode, AuditEntry, CorrectionRequest
from progress import presets

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def media(settings: Any, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT, settings.ZHTJ_ENTRY_GATE = str(tmp_path), ""
    return tmp_path


def run(**options: Any) -> dict[str, int]:
    out = io.StringIO()
    call_command("apply_retention", json=True, stdout=out, **options)
    report = json.loads(out.getvalue())
    assert report["deleted"] == sum(item["count"] for item in report["items"])
    return {item["key"]: item["count"] for item in report["items"] if item["count"]}


def dismissed_with_document(cast: Cast) -> Any:
    secretary = world.actor(cast.secretary)
    entry = EntryReader(days.today()).read(good_cells(joined_on="2017-05"))
    (youth,) = actions.put_under_review(secretary, branch=cast.branch, entries=[entry], today=days.today())
    actions.attach_document(secretary, youth=youth, name="x.pdf", data=b"%PDF-1.4")
    actions.dismiss_youth(secretary, youth=youth, remark="确非团员")
    return youth


def test_a_settled_youth_loses_name_id_and_documents_after_its_days_and_stays_counted(
    cast: Cast, clock: Any, media: Path
) -> None:
    youth = dismissed_with_document(cast)
    assert [path for path in media.rglob("*") if path.is_file()]
    clock.forward(days=180)
    assert run() == {}
    clock.forward(days=1)
    assert run(dry_run=True) == {"documents": 1}, "the name waits for its documents"
    assert run() == {"documents": 1, "youth": 1}
    assert run() == {}, "a second run finds nothing"
    youth.refresh_from_db()
    assert (youth.full_name, youth.masked_id, youth.state) == (FORGOTTEN, "", "dismissed")
    assert not ReviewDocument.objects.exists()
    page = world.client(cast.secretary).get(f"/members/review/{youth.pk}/")
    assert page.status_code == 200 and FORGOTTEN in page.content.decode()
    told = AuditEntry.objects.filter(action="retention.apply").order_by("pk")
    assert [entry.after for entry in told] == [{"documents": 1}, {"youth": 1}]


def test_an_item_that_fails_keeps_no_other_from_being_deleted_and_told(
    cast: Cast, clock: Any, media: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dismissed_with_document(cast)
    clock.forward(days=181)

    def fails(*args: object) -> int:
        raise OSError("the disk is gone")

    items = [replace(item, forget=fails) if item.key == "imports" else item for item in ITEMS]
    monkeypatch.setattr("zhtj.retention.engine.ITEMS", items)
    with pytest.raises(OSError, match="the disk is gone"):
        retention.apply(days.now())
    assert not ReviewDocument.objects.exists()
    told = AuditEntry.objects.filter(action="retention.apply").order_by("pk")
    assert [entry.after for entry in told] == [{"documents": 1}, {"youth": 1}]


def test_files_no_row_knows_go_and_known_ones_stay(
    cast: Cast, clock: Any, media: Path, django_capture_on_commit_callbacks: Any
) -> None:
    dismissed_with_document(cast)
    (media / "members" / "lost").write_bytes(b"x")
    clock.set(days.now().replace(year=2100))
    assert retention.items.BY_KEY["orphans"].forget(days.now(), 1, True) == 1
    retention.items.BY_KEY["orphans"].forget(days.now(), 1, False)
    assert [path.name for path in media.rglob("*") if path.is_file()] == [
        ReviewDocument.objects.get().stored_as
    ]


def test_after_the_campaign_means_not_before_its_end_plus_the_days(cast: Cast, clock: Any) -> None:
    campaign = presets.load_preset("henan-2018", province=cast.province)
    dismissed_with_document(cast)
    clock.forward(days=190)
    campaign.ends_on = days.today() - dt.timedelta(days=180)
    campaign.save()
    assert run() == {}
    campaign.ends_on = days.today() - dt.timedelta(days=181)
    campaign.save()
    assert run() == {"documents": 1, "youth": 1}


def test_drafts_codes_and_the_ids_of_settled_applications_go(cast: Cast, clock: Any) -> None:
    secretary = world.actor(cast.secretary)
    actions.keep_draft(secretary, branch=cast.branch, typed={"full_name": "王"})
    member = world.member(cast.branch)
    who = EntryReader(days.today()).read({"full_name": "李四", "national_id": world.national_id()})
    case = actions.ask_correction(secretary, member=member, entry=who, reason="有误", today=days.today())
    actions.cancel_case(secretary, case=case)
    for settled in (True, False):
        request = actions.ask_person_correction(
            world.actor(cast.village_admin),
            person=member.person if settled else world.member(cast.branch).person,
            unit=cast.village,
            typed={"national_id": world.national_id()},
            reason="有误",
            today=days.today(),
        )
        if settled:
            corrections.cancel_person_correction(world.actor(cast.village_admin), request=request)
    over = {"code_sealed": b"x", "expires_at": days.now(), "issued_at": days.now(), "purpose": "register"}
    AccessCode.objects.create(unit=cast.branch, code_index=world.person().id_index, **over)
    clock.forward(days=91)
    assert run() == {"drafts": 1, "asked": 2, "codes": 1}
    assert run() == {}
    assert not EntryDraft.objects.exists() and not AccessCode.objects.exists()
    assert MemberCase.objects.get().new_name == ""
    sealed = CorrectionRequest.objects.values_list("state", "asked_sealed")
    assert [(state, bytes(asked) == b"") for state, asked in sealed.order_by("pk")] == [
        ("cancelled", True),
        ("open", False),
    ]


def test_a_session_that_ran_out_goes_the_day_after_piece_by_piece_and_one_in_use_stays(
    cast: Cast, clock: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("zhtj.retention.items.PIECE", 2)
    at_hand, now = dt.timedelta(seconds=1), days.now()
    for key, ended in {"a": 3 * at_hand, "b": 2 * at_hand, "c": at_hand, "d": -at_hand}.items():
        Session.objects.create(session_key=key, session_data="", expire_date=now - ended)
    assert run() == {}, "what has just run out waits a day"
    clock.forward(days=1)
    assert run(dry_run=True) == {"sessions": 3} and Session.objects.count() == 4
    assert run() == {"sessions": 3} and run() == {}
    assert [row.session_key for row in Session.objects.all()] == ["d"]
    told = AuditEntry.objects.filter(action="retention.apply").order_by("pk")
    assert [entry.after for entry in told] == [{"sessions": 2}, {"sessions": 1}]


def test_the_province_sets_the_days_within_limits_and_it_is_audited(cast: Cast) -> None:
    browser = world.client(cast.province_admin)
    given = {item.key: str(item.days) for item in ITEMS}
    page = browser.post("/settings/retention/", given | {"youth": "0"}).content.decode()
    assert "应在1至3650天之间" in page and not RetentionRule.objects.exists()
    assert browser.post("/settings/retention/", given | {"youth": "365"}).status_code == 302
    assert {line.item.key: line.days for line in retention.kept()}["youth"] == 365
    entry = AuditEntry.objects.get(action="retention.set_rules")
    assert (entry.unit, entry.before, entry.after) == (cast.province, {"youth": 180}, {"youth": 365})
    assert "到期条数" in browser.post("/settings/retention/", {"preview": "1"}).content.decode()


def test_the_notice_says_to_everybody_what_is_kept_how_long_and_asks_the_guardian(cast: Cast) -> None:
    RetentionRule.objects.create(key="documents", days=77, updated_at=days.now())
    for browser in (world.client(), world.client(cast.secretary)):
        page = browser.get("/privacy/").content.decode()
        assert "保存 77 天" in page and "监护人" in page and 'id="under-14"' in page
    for address in ("/login/", "/register/", "/reset/"):
        assert 'href="/privacy/"' in world.client().get(address).content.decode(), address
    for address in (f"/members/enter/{cast.branch.pk}/", f"/members/review/add/{cast.branch.pk}/"):
        assert "/privacy/#under-14" in world.client(cast.secretary).get(address).content.decode(), address


def test_the_api_reads_and_sets_the_days_within_the_same_limits(cast: Cast) -> None:
    browser, address = world.client(cast.settings_admin), "/api/settings/retention/"
    assert browser.get(address).json()["drafts"] == 30
    assert browser.patch(address, {"drafts": 20}, "application/json").json()["drafts"] == 20
    refused = browser.patch(address, {"drafts": 91}, "application/json")
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "retention.days")
    assert browser.get(address).json()["drafts"] == 20
    due = browser.get(address + "due/").json()
    assert {line["key"]: line["days"] for line in due}["drafts"] == 20
