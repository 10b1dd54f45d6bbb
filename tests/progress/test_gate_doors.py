"""The gate at every door of member entry, and the doors it does not stand at.

The village is rural: behind the gate while its city has 40 of 100 at school.
"""

import contextlib
import datetime as dt
import io
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.urls import reverse

from zhtj.desk import reshape
from zhtj.imports import actions as imports
from zhtj.imports import branches, pipeline, report, undoing
from zhtj.imports.models import ImportBatch
from zhtj.lib import days
from zhtj.lib.problems import Refused

from members import actions as members
from members.imports import COLUMNS
from members.models import Member
from members.rules import EntryReader
from orgs.kinds import Domain, Industry
from orgs.models import OrgUnit
from orgs.scopes import Actor
from progress import actions, gate
from progress.models import Campaign, GateOpening

from tests import workbooks, world
from tests.imports import rooms
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db

CELLS = {
    "full_name": "张三",
    "ethnicity": "汉族",
    "political_status": "共青团员",
    "joined_on": "2015-05",
    "is_cadre": "否",
    "application_form": "有",
}
Told = list[str]


@pytest.fixture
def closed(scene: Scene) -> Scene:
    scene.compute()
    return scene


def cells(**changed: Any) -> dict[str, Any]:
    return CELLS | {"national_id": world.national_id()} | changed


def by_form(scene: Scene, tmp_path: Path) -> Told:
    url = reverse("member_enter", args=[scene.cast.village.pk])
    answer = world.client(scene.cast.village_admin).post(url, cells(), follow=True)
    if answer.redirect_chain:
        return [message.extra_tags for message in answer.context["messages"] if message.extra_tags]
    return [e.code for found in answer.context["form"].errors.as_data().values() for e in found]


def by_api(scene: Scene, tmp_path: Path) -> Told:
    data = json.dumps(cells(branch="小寨村团支部"))
    client = world.client(scene.cast.village_admin)
    answer = client.post("/api/members/", data, content_type="application/json")
    found = answer.json()
    return [problem["code"] for problem in found.get("problems", found.get("warnings"))]


def _workbook() -> bytes:
    known = cells()
    names = {column.field: column.header for column in COLUMNS if column.field in known}
    return workbooks.xlsx([list(names.values()), [known[name] for name in names]])


def by_workbook(scene: Scene, tmp_path: Path) -> Told:
    village, actor = scene.cast.village, world.actor(scene.cast.village_admin)
    batch = imports.upload(actor, kind="members", unit=village, file_name="x.xlsx", data=_workbook())
    return _carried_through(actor, batch)


def by_command(scene: Scene, tmp_path: Path) -> Told:
    """The check says what there is to say; the commit follows it."""
    file, told = tmp_path / "x.xlsx", []
    file.write_bytes(_workbook())
    village, admin = scene.cast.village.code, scene.cast.village_admin.username
    for more in ([], ["--commit"]):
        out = io.StringIO()
        options = ["--unit", village, "--actor", admin, "--json", *more]
        with contextlib.suppress(SystemExit):
            call_command("import_workbook", "members", str(file), *options, stdout=out)
        told.append([problem["code"] for problem in json.loads(out.getvalue())["problems"]])
    return told[0]


def by_review(scene: Scene, tmp_path: Path) -> Told:
    actor, today = world.actor(scene.cast.village_admin), days.today()
    read = EntryReader(today).read
    doubtful = cells(application_form="无", member_card="无", transfer_letter="无")
    (youth,) = members.put_under_review(
        actor, branch=scene.cast.village, entries=[read(doubtful)], today=today
    )
    mended = read(doubtful | {"application_form": "有"})
    members.mend_youth(actor, youth=youth, entry=mended, today=today)
    try:
        members.recognise(actor, youth=youth, today=today)
    except Refused as refused:
        return [problem.code for problem in refused.problems]
    return []


def by_returned_file(scene: Scene, tmp_path: Path) -> Told:
    """One file per branch: the superior drops what came back, its hidden code says of which branch it is."""
    actor = world.actor(world.account(scene.cast.town))
    packed = zipfile.ZipFile(io.BytesIO(b"".join(branches.archive(actor, scene.cast.town))))
    sheet = rooms.sheet_of(packed.read(packed.namelist()[0]))
    header = next(row for row in sheet.iter_rows() if len([cell for cell in row if cell.value]) > 5)
    places = {str(cell.value).strip("* "): cell.column for cell in header}
    known, row = cells(), sheet.max_row + 1
    for column in COLUMNS:
        if column.field in known:
            sheet.cell(row, places[column.header]).value = known[column.field]
    file = SimpleUploadedFile("回来的.xlsx", rooms.saved(sheet))
    (batch,) = branches.receive(actor, unit=scene.cast.town, files=[file]).batches
    return _carried_through(actor, batch)


def _carried_through(actor: Actor, batch: ImportBatch) -> Told:
    """Check the batch and commit what may be; what was told."""
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    told = [problem["code"] for problem in report.problems(batch)]
    if batch.ok_count:
        imports.ask_commit(actor, batch=batch)
        pipeline.commit(batch.pk)
    return told


DOORS = [by_form, by_api, by_workbook, by_returned_file, by_command, by_review]
Door = Callable[[Scene, Path], Told]


@pytest.mark.parametrize("door", DOORS)
def test_a_closed_domain_is_closed_at_this_door_and_open_once_it_opens(
    closed: Scene, door: Door, tmp_path: Path
) -> None:
    count = Member.objects.count()
    assert door(closed, tmp_path) == ["stage.gate_closed"]
    assert Member.objects.count() == count
    stage = closed.campaign.stages.get(key="members_other")
    GateOpening.objects.create(stage=stage, region=closed.cast.city, opened_on=DAY, reason="early")
    if door is by_review:
        return  # who is listed once is recognised from the list: below
    assert door(closed, tmp_path) == []
    assert Member.objects.count() == count + 1


def test_who_is_under_review_is_recognised_once_the_domain_opens(closed: Scene, tmp_path: Path) -> None:
    stage = closed.campaign.stages.get(key="members_other")
    GateOpening.objects.create(stage=stage, region=closed.cast.city, opened_on=DAY, reason="early")
    count = Member.objects.count()
    assert by_review(closed, tmp_path) == []
    assert Member.objects.count() == count + 1


@pytest.mark.parametrize("door", [by_form, by_api, by_workbook, by_returned_file, by_command])
def test_with_the_setting_warn_the_entry_is_written_and_the_warning_shown(
    closed: Scene, door: Door, tmp_path: Path
) -> None:
    Campaign.objects.update(gate_mode=Campaign.GateMode.WARN)
    count = Member.objects.count()
    assert door(closed, tmp_path) == ["stage.gate_closed"]
    assert Member.objects.count() == count + 1


def test_a_region_of_which_no_school_figure_is_known_enters_from_the_start(closed: Scene) -> None:
    village = world.branch(closed.cast.university, "大学村团支部", industry=Industry.RURAL)
    admin = world.actor(world.account(village))
    entry = EntryReader(DAY).read(cells())
    members.enter_members(admin, unit=village, entries=[entry], today=DAY)
    closed.expect(closed.cast.university, 10)
    with pytest.raises(Refused) as refused:
        members.enter_members(admin, unit=village, entries=[EntryReader(DAY).read(cells())], today=DAY)
    assert [problem.code for problem in refused.value.problems] == ["stage.gate_closed"]


def test_corrections_pass(closed: Scene) -> None:
    member = world.member(closed.cast.village, world.person("张三"))
    entry = EntryReader(DAY).read(CELLS | {"ethnicity": "回族", "national_id": ""})
    url = reverse("member_correct", args=[member.pk])
    client = world.client(closed.cast.village_admin)
    typed = client.get(url).context["form"].initial | {"ethnicity": "回族"}
    client.post(url, {name: value for name, value in typed.items() if value is not None})
    member.person.refresh_from_db()
    assert (member.person.ethnicity, entry.ethnicity) == ("回族", "回族")


def test_transfers_pass(closed: Scene) -> None:
    member = world.member(closed.cast.branch)
    actor = world.actor(closed.cast.county_admin)
    moved = members.transfer_members(actor, member_ids=[member.pk], to_branch=closed.cast.village)
    assert moved.done == 1
    assert closed.cast.village.members.filter(person=member.person, until_at=None).exists()


def test_claims_pass(closed: Scene) -> None:
    member = world.member(closed.cast.branch, world.person("张三", id_text=world.national_id(7001)))
    entry = EntryReader(DAY).read(cells(national_id=world.national_id(7001)))
    case = members.ask_claim(
        world.actor(closed.cast.village_admin), branch=closed.cast.village, entry=entry, reason="已转来"
    )
    members.answer_claim(world.actor(closed.cast.secretary), case=case, release=True, today=days.today())
    assert closed.cast.village.members.filter(person=member.person, until_at=None).exists()


def test_merges_pass(closed: Scene) -> None:
    source: OrgUnit = world.branch(closed.cast.town, "大寨村团支部")
    world.members(source, 2)
    count = closed.cast.village.members.filter(until_at=None).count()
    closed.clock.forward(hours=1)
    actor = world.actor(closed.cast.county_admin)
    reshape.merge_units(actor, source=source, target=closed.cast.village)
    assert closed.cast.village.members.filter(until_at=None).count() == count + 2


def test_undoing_an_import_passes_and_gives_back_what_it_had_changed(scene: Scene, tmp_path: Path) -> None:
    """Undoing enters nobody: the gate closing in between does not keep a mistake in."""
    before = scene.cast.village.members.filter(until_at=None).count()
    Campaign.objects.update(gate_mode=Campaign.GateMode.WARN)
    by_workbook(scene, tmp_path)
    Campaign.objects.update(gate_mode=Campaign.GateMode.REFUSE)
    scene.compute()
    told = undoing.undo(world.actor(scene.cast.village_admin), batch=ImportBatch.objects.get())
    assert (told.withdrawn, told.stays) == (1, [])
    assert scene.cast.village.members.filter(until_at=None).count() == before


def test_a_gate_lowered_since_says_that_it_opens_by_itself(closed: Scene) -> None:
    stage = closed.campaign.stages.get(key="members_other")
    (problem,) = gate.check([closed.cast.village.pk], DAY).values()
    assert "40.0%，达到70%后才能录入“其他领域”的团员。" in problem.message
    stage.gate_rate = Decimal("0.40")
    stage.save()
    (problem,) = gate.check([closed.cast.village.pk], DAY).values()
    assert "（已经达到，下一次日通报后自动开放）" in problem.message
    closed.clock.forward(days=1)
    closed.compute(DAY + dt.timedelta(days=1))
    assert gate.check([closed.cast.village.pk], DAY + dt.timedelta(days=1)) == {}


LOWERED = ["rate", "stage", "domains"]


@pytest.mark.parametrize("by", LOWERED)
@pytest.mark.parametrize("is_out", [False, True], ids=["in place", "as a revision"])
def test_a_day_computed_again_opens_nothing_that_only_the_lowered_gate_lets_through(
    scene: Scene, by: str, is_out: bool
) -> None:
    scene.expect(scene.cast.town, 2, Domain.RURAL)  # all of them are there
    bulletin, city = scene.compute(), scene.cast.city
    then = bulletin.settings["openings"]
    lower(scene, by)
    for again in range(2):
        if is_out:
            actions.publish_bulletin(world.actor(scene.cast.staff), bulletin=bulletin)
        scene.clock.forward(minutes=5)
        bulletin = scene.compute(recompute=True, reason=f"核对{again}")
        assert bulletin.settings["openings"] == then and not GateOpening.objects.filter(region=city).exists()
    following = scene.compute(DAY + dt.timedelta(days=1))
    assert GateOpening.objects.get(region=city).opened_on == following.day
    assert str(city.pk) in following.settings["openings"]["members_other"]


def lower(scene: Scene, by: str) -> None:
    """Let 郑州 through: by the rate, by another stage to reach it in, by what that stage counts."""
    stage = scene.campaign.stages.get(key="members_other")
    other = scene.campaign.stages.get(key="members_school" if by == "domains" else "members_state")
    if by == "rate":
        stage.gate_rate = Decimal("0.400")
    else:
        other.domains, stage.gate_stage = [Domain.RURAL], other
    other.save()
    stage.save()


def test_an_earlier_day_made_sound_does_not_say_it_opened_what_a_later_bulletin_did(scene: Scene) -> None:
    scene.expect(scene.cast.city, 40)
    late = scene.cast.third_branch.placements.get()
    scene.cast.third_branch.placements.update(until_at=late.from_at)  # a fault: no place that day
    world.member(scene.cast.third_branch)
    first = scene.compute()
    assert not all(check["ok"] for check in first.checks)
    scene.cast.third_branch.placements.update(until_at=None)
    scene.compute(DAY + dt.timedelta(days=1))
    again = scene.compute(recompute=True)
    assert all(check["ok"] for check in again.checks)
    city = str(scene.cast.city.pk)
    assert city not in again.settings["openings"]["members_other"]
    assert GateOpening.objects.get(region=scene.cast.city).opened_on == DAY + dt.timedelta(days=1)


def test_before_the_opening_day_the_door_says_when(scene: Scene, tmp_path: Path) -> None:
    scene.clock.set(dt.datetime(2018, 10, 31, 9, tzinfo=days.SHANGHAI))
    assert by_api(scene, tmp_path) == ["stage.not_open_yet"]
