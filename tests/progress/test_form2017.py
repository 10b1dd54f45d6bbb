"""The 2017 form: stated beside entered, for every unit above branch, on the page and as a workbook."""

import io

import pytest
from django.urls import reverse
from django.utils.timezone import localtime
from openpyxl import load_workbook

from zhtj.desk import reshape
from zhtj.lib import days

from cadres.models import Engagement
from members.models import Member
from orgs.kinds import Industry, UnitKind
from orgs.models import OrgUnit
from progress import queries
from progress.actions import Expected, enter_baselines, publish_bulletin
from progress.models import Bulletin, BulletinUnit
from progress.queries import present

from tests import world
from tests.progress.conftest import Scene

pytestmark = pytest.mark.django_db


def table(scene: Scene, unit: OrgUnit, bulletin: Bulletin | None = None) -> list[str]:
    """`label entered/stated …` in the order 团委 团工委 团总支 团支部 团员 团干部 专职 兼职 挂职."""
    form = queries.form2017(scene.campaign, bulletin, unit)
    return [
        " ".join([line.label, *(f"{c.entered}/{'-' if c.stated is None else c.stated}" for c in line.cells)])
        for line in form.lines
    ]


def state(scene: Scene, unit: OrgUnit, domain: str, members: int, **counts: int) -> None:
    figures = [Expected(unit.pk, domain, members, **counts)]
    admin = world.actor(scene.cast.province_admin)
    enter_baselines(admin, campaign=scene.campaign, unit=scene.cast.province, figures=figures)


def test_units_members_and_cadres_are_counted_in_their_domain_with_a_line_for_the_organs(
    scene: Scene,
) -> None:
    cast = scene.cast
    both = world.person()
    world.cadre(cast.committee, "副书记", both, engagement=Engagement.PART_TIME)
    world.cadre(cast.committee, "委员", both, engagement=Engagement.PART_TIME)
    world.cadre(cast.county, "副书记", engagement=Engagement.SECONDED)
    world.unit(cast.county, UnitKind.WORKING_COMMITTEE, industry=Industry.GOVERNMENT)
    state(scene, cast.committee, "school", 90, branch_count=4, committee_count=1, part_time_count=2)
    assert table(scene, cast.county) == [
        "学校 1/1 0/- 0/- 3/4 40/90 2/- 0/- 1/2 0/-",
        "党政机关 0/- 1/- 0/- 0/- 0/- 0/- 0/- 0/- 0/-",
        "农村 1/- 0/- 0/- 1/- 2/30 0/- 0/- 0/- 0/-",
        "团的领导机关 0/- 0/- 0/- 0/- 0/- 2/- 0/- 0/- 1/-",
        "合计 2/1 1/- 0/- 4/4 42/120 4/- 0/- 1/2 1/-",
    ]


def test_a_units_own_figures_come_before_the_sum_of_those_below(scene: Scene) -> None:
    cast = scene.cast
    state(scene, cast.committee, "school", 90, branch_count=4)
    assert table(scene, cast.city)[0].split()[5] == "40/100"
    assert table(scene, cast.city)[0].split()[4] == "3/4"
    state(scene, cast.city, "school", 100, branch_count=5)
    assert table(scene, cast.city)[0].split()[4] == "3/5"
    assert table(scene, cast.county)[0].split()[4:6] == ["3/4", "40/90"]


def test_a_column_the_own_figures_leave_open_is_summed_from_below(scene: Scene) -> None:
    cast = scene.cast
    state(scene, cast.city, "school", 100, cadre_count=7)
    state(scene, cast.committee, "school", 90, branch_count=4, cadre_count=3)
    assert table(scene, cast.city)[0].split()[4:7] == ["3/4", "40/100", "1/7"]


def test_of_a_closed_unit_nothing_is_expected_at_any_place_as_in_the_bulletin(scene: Scene) -> None:
    cast = scene.cast
    before = {line.domain: line.expected for line in queries.standing(scene.campaign, cast.committee)}
    Member.objects.filter(branch=cast.second_branch).update(until_at=days.now(), left_reason="left")
    reshape.close_unit(world.actor(cast.committee_admin), unit=cast.second_branch)
    frozen = scene.compute().units.get(unit=cast.committee).counted("", "school")
    after = {line.domain: line.expected for line in queries.standing(scene.campaign, cast.committee)}
    assert before == {"school": 80} and after == {"school": 40} and frozen.expected == 40
    assert table(scene, cast.committee)[0].split()[5] == "30/40"


def test_members_are_those_of_the_last_bulletin(scene: Scene) -> None:
    bulletin = scene.compute()
    world.members(scene.cast.third_branch, 3)
    assert table(scene, scene.cast.committee, bulletin)[0].split()[5] == "40/80"
    assert table(scene, scene.cast.committee)[0].split()[5] == "43/80"


def test_of_many_units_the_whole_form_is_told_as_the_bulletin_froze_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    cast = scene.cast
    both = world.person()
    for unit, post, engagement in (
        (cast.committee, "副书记", Engagement.PART_TIME),
        (cast.committee, "委员", Engagement.FULL_TIME),  # the same person: counts once, in the first post
        (cast.branch, "书记", Engagement.SECONDED),
        (cast.county, "副书记", ""),
        (cast.county, "委员", Engagement.FULL_TIME),
    ):
        world.cadre(unit, post, both, engagement=engagement)
    state(scene, cast.committee, "school", 90, branch_count=4, part_time_count=2)
    state(scene, cast.branch, "school", 35, branch_count=1)
    scene.clock.forward(minutes=1)
    upper = list(OrgUnit.objects.exclude(kind=UnitKind.BRANCH))
    then = {unit.pk: table(scene, unit) for unit in upper}
    bulletin = scene.compute()
    monkeypatch.setattr(present, "MANY", 0)
    world.unit(cast.county, UnitKind.WORKING_COMMITTEE, industry=Industry.GOVERNMENT)
    state(scene, cast.committee, "school", 95, branch_count=5)
    now = {unit.pk: table(scene, unit) for unit in upper}
    told = {unit.pk: table(scene, unit, bulletin) for unit in upper}
    assert told == then
    assert now[cast.committee.pk] != then[cast.committee.pk] and now[cast.county.pk] != then[cast.county.pk]
    publish_bulletin(world.actor(cast.staff), bulletin=bulletin)
    browser, address = world.client(cast.county_admin), reverse("api_form2017")
    assert browser.get(address).json()["as_of"] == browser.get(address).json()["members_as_of"] is not None
    assert (
        f"截至 {localtime(bulletin.cutoff_at):%Y-%m-%d %H:%M} 通报。"
        in browser.get(reverse("form2017")).content.decode()
    )
    monkeypatch.setattr(present, "MANY", 100)
    assert browser.get(address).json()["as_of"] is None
    BulletinUnit.objects.update(figures={})  # frozen before there was a form in it
    monkeypatch.setattr(present, "MANY", 0)
    assert table(scene, cast.county, bulletin)[1] == now[cast.county.pk][1]


def test_a_closed_unit_and_a_past_post_are_not_counted(scene: Scene) -> None:
    cast = scene.cast
    scene.clock.forward(hours=1)
    post = world.cadre(cast.committee, "委员")
    before = table(scene, cast.committee)
    post.until_at = post.from_at
    post.save()
    OrgUnit.objects.filter(pk=cast.third_branch.pk).update(closed_at=post.from_at)
    after = table(scene, cast.committee)
    assert (before[0].split()[4], after[0].split()[4]) == ("3/-", "2/-")
    assert (before[0].split()[6], after[0].split()[6]) == ("2/-", "1/-")


def test_the_page_and_the_workbook_say_the_same_for_every_unit_above_branch(scene: Scene) -> None:
    cast, client = scene.cast, world.client(scene.cast.county_admin)
    page = client.get(reverse("form2017")).content.decode()
    assert "团的领导机关" in page
    assert 'data-label="团总支"' in page, "a phone shows each figure with its name"
    assert reverse("form2017_file") in page
    answer = client.get(reverse("form2017_file") + f"?unit={cast.committee.code}")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    title, note, *rows = [list(row) for row in sheet.iter_rows(values_only=True)]
    assert title[0] == f"{cast.committee.short_name} 2017年度团统与已录入对照表（2018-11-23）"
    assert "已录入：组织和团干部为 2018-11-23" in note[0] and "团员为 2018-11-23" in note[0]
    assert sheet.freeze_panes == "B4" and sheet["C4"].number_format == "#,##0"
    assert rows[0][:3] == ["领域", "团委（团统）", "团委（已录入）"]
    assert rows[1][:3] == ["学校", None, 1]
    assert rows[1][9:11] == [80, 40]
    for code in (cast.branch.code, cast.other_committee.code, "nothing", "%00"):
        assert client.get(reverse("form2017") + f"?unit={code}").status_code == 404
