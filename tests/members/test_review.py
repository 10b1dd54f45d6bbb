"""身份摸底: who may be listed, mending, recognising, releasing, documents."""

import datetime as dt
import uuid
from pathlib import Path
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied

from zhtj.lib import days
from zhtj.lib.problems import Refused
from zhtj.lib.workbook import Outcome

from members import actions, documents, queries
from members.models import AdmissionSettings, Member, ReviewDocument, YouthUnderReview
from members.queries.branches import Branches
from members.rules import Entry, EntryReader, Policy
from orgs.models import AuditEntry

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

State = YouthUnderReview.State

TODAY = dt.date(2018, 11, 23)
pytestmark = pytest.mark.django_db
LATE = {"joined_on": "2017-05"}  # no number: to rectify


@pytest.fixture(autouse=True)
def no_gate(settings: Any, tmp_path: Path) -> None:
    settings.ZHTJ_ENTRY_GATE = ""
    settings.MEDIA_ROOT = str(tmp_path)


def read(**cells: Any) -> Entry:
    return EntryReader(TODAY).read(good_cells(**cells))


def put(cast: Cast, *entries: Entry, user: Any = None) -> list[YouthUnderReview]:
    return actions.put_under_review(
        world.actor(user or cast.secretary), branch=cast.branch, entries=entries, today=TODAY
    )


def codes(call: Any) -> list[str]:
    with pytest.raises(Refused) as refused:
        call()
    return [problem.code for problem in refused.value.problems]


def test_who_has_no_number_is_listed_with_reason_and_date_the_id_sealed(cast: Cast) -> None:
    entry = read(**LATE)
    (youth,) = put(cast, entry)
    assert [reason["code"] for reason in youth.reasons] == ["development_number.missing"]
    assert youth.due_on == dt.date(2018, 12, 23)
    assert queries.entry_of(youth) == entry.__class__(**{**_plain(entry), "branch_id": cast.branch.pk})
    assert entry.national_id not in str(YouthUnderReview.objects.values())
    assert AuditEntry.objects.get(action="members.put_under_review").after["count"] == 1


def _plain(entry: Entry) -> dict[str, Any]:
    return {name: getattr(entry, name) for name in entry.__slots__}


def test_the_same_person_again_is_brought_up_to_date_not_doubled(cast: Cast) -> None:
    entry = read(**LATE)
    (first,) = put(cast, entry)
    entry.application_form = False
    (second,) = put(cast, entry)
    assert first.pk == second.pk
    assert {reason["code"] for reason in second.reasons} == {
        "development_number.missing",
        "identity.no_application_form",
    }


def test_who_has_other_faults_or_is_a_member_does_not_belong_on_the_list(cast: Cast) -> None:
    here = world.national_id()
    world.member(cast.branch, world.person("张三", id_text=here))
    assert codes(lambda: put(cast, read(**LATE, mobile="1"), read(mobile="2"), read())) == [
        "youth.not_rectifiable",
        "youth.not_rectifiable",
    ]
    assert codes(lambda: put(cast, read(**LATE, national_id=here))) == ["national_id.already_here"]
    assert not YouthUnderReview.objects.exists()
    with pytest.raises(PermissionDenied):
        put(cast, read(**LATE), user=cast.county_admin)


def test_once_mended_one_click_recognises_through_the_same_rules(cast: Cast) -> None:
    secretary = world.actor(cast.secretary)
    entry = read(**LATE)
    (youth,) = put(cast, entry)
    assert codes(lambda: actions.recognise(secretary, youth=youth, today=TODAY)) == [
        "development_number.missing"
    ]
    entry.development_number = "201741000001"
    youth = actions.mend_youth(secretary, youth=youth, entry=entry, today=TODAY)
    assert youth.reasons == []
    member = actions.recognise(secretary, youth=youth, today=TODAY)
    youth.refresh_from_db()
    assert (youth.state, youth.member, member.development_number) == ("recognised", member, "201741000001")
    assert codes(lambda: actions.recognise(secretary, youth=youth, today=TODAY)) == ["youth.settled"]
    assert Member.objects.count() == 1


def test_a_superior_releases_in_writing_what_the_settings_allow(cast: Cast) -> None:
    secretary, admin = world.actor(cast.secretary), world.actor(cast.committee_admin)
    (youth,) = put(cast, read(joined_on="2017-05", development_number="2017-0012"))
    assert [reason["code"] for reason in youth.reasons] == ["development_number.length"]
    with pytest.raises(PermissionDenied):
        actions.release_youth(secretary, youth=youth, reason="编号按实际发放", today=TODAY)
    assert codes(lambda: actions.release_youth(admin, youth=youth, reason=" ", today=TODAY)) == [
        "reason.missing"
    ]
    actions.release_youth(admin, youth=youth, reason="编号按实际发放", today=TODAY)
    member = actions.recognise(secretary, youth=youth, today=TODAY)
    assert (member.development_number, member.waived) == ("2017-0012", "development_number.length")
    again = EntryReader(TODAY).read(
        good_cells(joined_on="2017-05", development_number="2017-0012", mobile="13812345678")
    )
    assert actions.correct_member(secretary, member=member, entry=again, today=TODAY), "still waived"


def test_who_is_in_order_is_listed_without_reasons_and_recognised_with_one_click(cast: Cast) -> None:
    (youth,) = put(cast, read())
    assert youth.reasons == []
    member = actions.recognise(world.actor(cast.secretary), youth=youth, today=TODAY)
    assert member.branch == cast.branch


def test_a_release_does_not_cover_reasons_that_came_up_after_it(cast: Cast) -> None:
    secretary, admin = world.actor(cast.secretary), world.actor(cast.committee_admin)
    entry = read(joined_on="2017-05", development_number="2017-0012")
    (youth,) = put(cast, entry)
    actions.release_youth(admin, youth=youth, reason="编号按实际发放", today=TODAY)
    entry.mobile = "13812345678"
    assert actions.mend_youth(secretary, youth=youth, entry=entry, today=TODAY).released_at
    entry.application_form = False
    (again,) = put(cast, entry)
    assert again.pk == youth.pk and again.released_at is None
    assert codes(lambda: actions.recognise(secretary, youth=again, today=TODAY)) == [
        "development_number.length",
        "identity.no_application_form",
    ]


def test_of_many_those_in_order_become_members_and_the_others_stay_with_their_reasons(cast: Cast) -> None:
    admin = world.actor(cast.committee_admin)
    late, blank = read(**LATE), read(application_form="")
    youth = [*put(cast, read(), late, blank)]
    youth += actions.put_under_review(admin, branch=cast.second_branch, entries=[read()], today=TODAY)
    ids = [one.pk for one in youth]
    came = actions.recognise_all(admin, unit=cast.committee, youth_ids=ids, today=TODAY)
    assert came.done == 2
    assert [(one.pk, [p.code for p in problems]) for one, problems in came.left] == [
        (youth[1].pk, ["development_number.missing"]),
        (youth[2].pk, ["identity.evidence_unattested"]),
    ]
    assert set(Member.objects.values_list("branch", flat=True)) == {cast.branch.pk, cast.second_branch.pk}
    recognised = YouthUnderReview.objects.filter(state="recognised")
    assert {one.id_index for one in recognised} == {one.member.person.id_index for one in recognised}
    again = actions.recognise_all(
        admin, unit=cast.committee, youth_ids=ids, today=TODAY, attest_evidence=True
    )
    assert (again.done, len(again.left)) == (1, 1)
    with pytest.raises(PermissionDenied):
        actions.recognise_all(world.actor(cast.county_admin), unit=cast.county, youth_ids=ids, today=TODAY)


def test_somebody_on_two_lists_is_pointed_out_not_refused(cast: Cast) -> None:
    entry = read(**LATE)
    put(cast, entry)
    branches = Branches(cast.second_branch, world.actor(cast.committee_admin).scope)
    entry.branch_id = cast.second_branch.pk
    (found,) = actions.judge_youth([entry], branches=branches, policy=Policy(), today=TODAY)
    assert found.outcome is Outcome.OK
    assert "youth.listed" in [problem.code for problem in found.problems]


def test_the_age_is_never_released_nor_anything_where_the_settings_forbid_it(cast: Cast) -> None:
    admin = world.actor(cast.committee_admin)
    young = world.national_id(born=dt.date(2004, 6, 1))
    (youth,) = put(cast, read(**LATE, development_number="201741000001", national_id=young))
    release = lambda: actions.release_youth(admin, youth=youth, reason="特殊情况", today=TODAY)  # noqa: E731
    assert codes(release) == ["youth.age"]
    AdmissionSettings.objects.create(allows_release=False)
    assert codes(release) == ["youth.release_off"]


def test_dismissing_closes_the_case_with_its_reason(cast: Cast) -> None:
    (youth,) = put(cast, read(**LATE))
    secretary = world.actor(cast.secretary)
    assert codes(lambda: actions.dismiss_youth(secretary, youth=youth, remark="")) == ["reason.missing"]
    actions.dismiss_youth(secretary, youth=youth, remark="确非团员")
    standing, _ = queries.standings(secretary.scope, cast.branch, TODAY)
    assert (standing.open, standing.dismissed, standing.total) == (0, 1, 1)


def test_the_figures_count_upwards_and_stay_in_scope(cast: Cast) -> None:
    put(cast, read(**LATE), read(**LATE))
    later = TODAY + dt.timedelta(days=31)
    for user, unit, count in (
        (cast.province_admin, cast.province, 2),
        (cast.city_admin, cast.city, 2),
        (cast.outsider, cast.other_city, 0),
        (cast.outsider, cast.city, 0),
    ):
        standing, _ = queries.standings(world.actor(user).scope, unit, later)
        assert (standing.open, standing.overdue) == (count, count)


def under_review_everywhere(cast: Cast) -> None:
    """Five in each of four branches, in every state, some ready, some past their time."""
    states = [State.OPEN, State.OPEN, State.RECOGNISED, State.DISMISSED, State.MOVED]
    for place, branch in enumerate((cast.branch, cast.third_branch, cast.village, cast.other_branch)):
        for number, state in enumerate(states):
            YouthUnderReview.objects.create(
                branch=branch,
                full_name="王某",
                id_index=uuid.uuid4(),
                entry_sealed=b"",
                reasons=[] if number == place else [{"code": "identity.no_evidence"}],
                state=state,
                due_on=TODAY + dt.timedelta(days=(number + place) % 3 - 1),
                created_at=days.now(),
                released_at=days.now() if place == 2 and number else None,
            )


def test_the_progress_of_each_level_is_a_recount_and_its_list_is_whole_page_by_page(cast: Cast) -> None:
    under_review_everywhere(cast)
    for name in ("province", "city", "county", "committee", "other_city"):
        unit = getattr(cast, name)
        scope = world.actor(cast.outsider if name == "other_city" else cast.province_admin).scope
        own, below = queries.standings(scope, unit, TODAY)
        told = {child.pk: standing for child, standing in below}
        for one, standing in [(unit, own), *((child, told.get(child.pk)) for child in unit.get_children())]:
            rows = YouthUnderReview.objects.filter(branch__in=one.get_descendants(include_self=True))
            waiting = [row for row in rows if row.state == State.OPEN]
            recount = queries.ReviewStanding(
                open=len(waiting),
                ready=len([row for row in waiting if not row.reasons or row.released_at]),
                overdue=len([row for row in waiting if row.due_on < TODAY]),
                recognised=rows.filter(state=State.RECOGNISED).count(),
                dismissed=rows.filter(state=State.DISMISSED).count(),
            )
            assert (standing or queries.ReviewStanding()) == recount, (unit, one)
        assert queries.waiting_youth(scope, unit, TODAY) == (own.open, own.overdue)
        found, listed, after = queries.youth_of(scope, unit, "", today=TODAY), [], ""
        while True:
            page, after = queries.youth_page(found, after, 2)
            listed += page
            if not after:
                break
        assert listed == list(found) and len(listed) == own.total


PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 40


def test_documents_are_judged_by_content_and_lie_sealed(cast: Cast, settings: Any) -> None:
    (youth,) = put(cast, read(**LATE))
    secretary = world.actor(cast.secretary)
    attach = actions.attach_document
    document = attach(secretary, youth=youth, name="志愿书.png", data=PNG)
    assert document.content_type == "image/png"
    (file,) = [path for path in Path(settings.MEDIA_ROOT).rglob("*") if path.is_file()]
    assert PNG not in file.read_bytes() and documents.read(document.stored_as) == PNG
    for data in (b"<html>", b"MZ\x90", b"", b"GIF89a"):
        assert codes(lambda data=data: attach(secretary, youth=youth, name="x.png", data=data)) == [
            "document.type"
        ]
    assert codes(
        lambda: attach(secretary, youth=youth, name="x.pdf", data=b"%PDF-" + b"0" * documents.MOST_BYTES)
    ) == ["document.size"]
    with pytest.raises(PermissionDenied):
        attach(world.actor(cast.outsider), youth=youth, name="x.png", data=PNG)
    for _ in range(documents.MOST_A_YOUTH - 1):
        attach(secretary, youth=youth, name="x.png", data=PNG)
    assert codes(lambda: attach(secretary, youth=youth, name="x.png", data=PNG)) == ["document.count"]
    assert ReviewDocument.objects.count() == documents.MOST_A_YOUTH
