"""团统数 by hand: one figure through the rules of the workbook, what is shown, what does not agree."""

import datetime as dt
import sys
from typing import Any

import pytest
from django.urls import reverse

from zhtj.desk import reshape
from zhtj.lib import days, locks
from zhtj.lib.problems import Refused

from orgs.models import AuditEntry, OrgUnit, User
from progress import imports, queries
from progress.actions import withdraw_baseline
from progress.models import Baseline, Campaign

from tests import world
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db

GOOD = {"unit": "HN01010101", "domain": "学校", "member_count": "45"}


def get(user: User, **query: str) -> Any:
    return world.client(user).get(reverse("baselines"), query)


def post(user: User, at: str, **data: str) -> Any:
    return world.client(user).post(f"{reverse('baselines')}?unit={at}", {**GOOD, **data}, follow=True)


def figure(code: str = "HN01010101", domain: str = "school") -> int | None:
    found = Baseline.objects.filter(unit__code=code, domain=domain, until_at=None)
    return found.values_list("member_count", flat=True).first()


def test_the_figures_of_a_unit_and_its_children_stand_side_by_side(scene: Scene) -> None:
    html = get(scene.cast.county_admin, unit="HN010101").content.decode()
    assert "高一1班团支部" in html
    assert html.count(">40<") == 2
    rows = get(scene.cast.city_admin).context["rows"]
    assert [(row.unit.code, [f and f.member_count for f in row.figures.values()]) for row in rows] == [
        ("HN01", [100, 30]),
        ("HN0101", [80, 30]),
    ]


def test_a_superior_changes_one_figure_and_the_old_period_is_closed(scene: Scene) -> None:
    answered = post(scene.cast.county_admin, "HN010101").content.decode()
    assert "“高一1班团支部”的团统数已保存" in answered
    assert figure() == 45
    assert Baseline.objects.filter(unit=scene.cast.branch).count() == 2
    entry = AuditEntry.objects.filter(action="progress.enter_baselines").latest("pk")
    assert (entry.actor, entry.unit, entry.door) == (scene.cast.county_admin, scene.cast.branch, "page")


def test_the_same_figure_again_changes_nothing(scene: Scene) -> None:
    assert "没有改动" in post(scene.cast.county_admin, "HN010101", member_count="40").content.decode()
    assert Baseline.objects.filter(unit=scene.cast.branch).count() == 1


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"member_count": ""}, "没有填写团员数"),
        ({"member_count": "四十"}, "不是可以识别的人数或个数"),
        ({"member_count": "-1"}, "不是可以识别的人数或个数"),
        ({"branch_count": "99999999"}, "不是可以识别的人数或个数"),
        ({"domain": "火星"}, "没有“火星”这个领域"),
        ({"domain": ""}, "没有填写领域"),
        ({"unit": "HN020101"}, "请从列表中选择一个组织"),
        ({"unit": "\x00"}, "请从列表中选择一个组织"),
    ],
)
def test_a_bad_figure_is_refused_by_the_rules_of_the_workbook(
    scene: Scene, data: dict[str, str], sentence: str
) -> None:
    assert sentence in post(scene.cast.county_admin, "HN010101", **data).content.decode()
    assert figure() == 40


@pytest.mark.parametrize("domain", ["学校", "农村"], ids=["a changed figure", "a new one"])
def test_of_two_who_state_one_figure_at_once_the_later_is_told(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, domain: str
) -> None:
    """The other comes in between the look and the writing; in here it goes when the loser's writing does."""
    enter, wrote = imports.enter_baselines, []
    before = Baseline.objects.count()

    def after_another(actor: Any, *, figures: Any, **more: Any) -> int:
        key = {"unit_id": figures[0].unit_id, "domain": figures[0].domain}
        if not wrote:
            wrote.append(key)
            known = Baseline.objects.filter(**key, until_at=None)
            known.update(until_at=days.now())
            Baseline.objects.create(**key, campaign=more["campaign"], member_count=41, from_at=days.now())
            monkeypatch.setattr(Baseline.objects, "select_for_update", Baseline.objects.none)
        return enter(actor, figures=figures, **more)

    monkeypatch.setattr(imports, "enter_baselines", after_another)
    said = post(scene.cast.county_admin, "HN010101", domain=domain).content.decode()
    assert "已被他人修改" in said and "核对现在的数字" in said
    assert Baseline.objects.count() == before
    wrote.clear()
    data = {**GOOD, "domain": domain, "member_count": 46}
    answer = world.client(scene.cast.county_admin).post(
        "/api/baselines/", data, content_type="application/json"
    )
    assert answer.status_code == 422 and "figure.changed" in answer.content.decode()


@pytest.mark.parametrize("stated", ["branch", "second_branch"])
def test_a_figure_stated_while_two_branches_merge_is_refused_and_holds_both_trees_first(
    scene: Scene, monkeypatch: pytest.MonkeyPatch, stated: str
) -> None:
    cast, asked = scene.cast, []
    stamp, shared = locks.entry_stamp, locks.shared

    def after_a_merge() -> dt.datetime:
        """The merge is through just before this transaction has its locks."""
        monkeypatch.setattr(locks, "entry_stamp", stamp)
        reshape.merge_units(world.actor(cast.committee_admin), source=cast.branch, target=cast.second_branch)
        return stamp()

    monkeypatch.setattr(locks, "entry_stamp", after_a_merge)
    monkeypatch.setattr(locks, "shared", lambda name: asked.append(name) or shared(name))
    unit = getattr(cast, stated)
    said = post(cast.county_admin, "HN010101", unit=unit.code, member_count="55").content.decode()
    assert "已被他人修改" in said
    standing = Baseline.objects.filter(until_at=None, unit__in=[cast.branch, cast.second_branch])
    # In here the merge goes when the loser's writing does.
    assert list(standing.values_list("member_count", flat=True)) == [40, 40]
    assert locks.tree(unit.tree_id) in asked


def test_nobody_states_the_own_figure_nor_one_outside(scene: Scene) -> None:
    assert get(scene.cast.committee_admin).context["form"] is None
    assert get(scene.cast.viewer).context["form"] is None
    assert post(scene.cast.committee_admin, "HN010101").status_code == 403
    assert "没有您可以填报团统数的下级组织" in post(scene.cast.county_admin, "HN01010101").content.decode()
    assert get(scene.cast.outsider, unit="HN0101").status_code == 404
    assert get(scene.cast.outsider, unit="\x00").status_code == 404
    assert figure() == 40


def test_what_does_not_agree_is_listed_for_every_level_above_it(scene: Scene) -> None:
    scene.compute()
    assert "学校：填报 100，下级合计 80" in get(scene.cast.staff).content.decode()
    assert [found.code for found in get(scene.cast.staff, unit="HN01").context["mismatches"]] == ["HN01"]
    assert get(scene.cast.staff, unit="HN02").context["mismatches"] == []


def test_without_a_campaign_there_is_a_sentence(scene: Scene) -> None:
    scene.campaign.is_active = False
    scene.campaign.save()
    assert "没有正在进行的行动" in get(scene.cast.city_admin).content.decode()


def expected(unit: OrgUnit) -> dict[str, int]:
    campaign = Campaign.objects.get()
    return {line.domain: line.expected for line in queries.standing(campaign, unit)}


def test_a_merge_takes_the_figures_along_so_that_no_shortfall_goes_out_of_sight(scene: Scene) -> None:
    cast = scene.cast
    before = expected(cast.committee)
    actor = world.actor(cast.committee_admin)
    reshape.merge_units(actor, source=cast.branch, target=cast.second_branch)
    assert expected(cast.second_branch) == {"school": 80} and expected(cast.committee) == before
    frozen = scene.compute().units.get(unit=cast.committee).counted("", "school")
    assert (frozen.expected, frozen.entered) == (80, 40)
    assert not Baseline.objects.filter(unit=cast.branch, until_at=None).exists()
    entry = AuditEntry.objects.get(action="progress.move_figures")
    assert [*entry.before.values()] == [40] and 80 in entry.after.values()
    reshape.merge_units(
        world.actor(cast.committee_admin), source=cast.second_branch, target=cast.third_branch
    )
    assert expected(cast.third_branch) == {"school": 80}, "into one of which nothing was stated"


def test_a_branch_that_goes_up_in_one_of_another_domain_is_expected_there(scene: Scene) -> None:
    cast = scene.cast
    reshape.merge_units(world.actor(cast.county_admin), source=cast.branch, target=cast.village)
    assert expected(cast.village) == {"rural": 70}
    assert expected(cast.county) == {"school": 40, "rural": 70}


@pytest.mark.parametrize(
    ("town", "committee", "sums"),
    [(None, None, 110), (35, None, 115), (None, 90, 120), (35, 90, 125)],
    ids=["below only", "of the source", "of the target", "of both"],
)
def test_committees_add_their_own_figures_and_those_below_once(
    scene: Scene, town: int | None, committee: int | None, sums: int
) -> None:
    cast = scene.cast
    scene.expect(cast.village, 30, "school")
    for unit, count in ((cast.town, town), (cast.committee, committee)):
        if count is not None:
            scene.expect(unit, count, "school")
    assert expected(cast.county)["school"] == sums
    reshape.merge_units(world.actor(cast.county_admin), source=cast.town, target=cast.committee)
    assert expected(cast.county) == expected(cast.committee) == {"school": sums + 30}, (
        "what was expected of the village in its own domain followed it into the new one"
    )


def withdraw(user: User, key: object) -> Any:
    return world.client(user).post(reverse("baseline_withdraw"), {"figure": key}, follow=True)


def in_force(unit: OrgUnit, domain: str = "school") -> Baseline:
    return Baseline.objects.get(unit=unit, domain=domain, until_at=None)


def test_a_unit_without_a_figure_shows_the_sum_of_the_topmost_ones_below(scene: Scene) -> None:
    scene.expect(scene.cast.committee, 90)
    answered = get(scene.cast.city_admin, unit="HN0101")
    shown = {
        row.unit.code: {
            word: (figure.member_count, figure.is_sum) for word, figure in row.figures.items() if figure
        }
        for row in answered.context["rows"]
    }
    assert shown == {
        "HN0101": {"学校": (90, True), "农村": (30, True)},
        "HN010101": {"学校": (90, False)},
        "HN010102": {"农村": (30, True)},
    }
    assert "下级合计" in answered.content.decode()


def test_of_thousands_of_units_the_sums_are_those_of_the_bulletin(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules["progress.queries.present"], "MANY", 1)
    scene.compute()
    scene.expect(scene.cast.branch, 99)
    scene.expect(scene.cast.town, 35, "rural")

    def sums() -> list[tuple[str, int]]:
        rows = get(scene.cast.staff, unit="HN0101").context["rows"]
        return [
            (f"{row.unit.code} {word}", figure.member_count)
            for row in rows
            for word, figure in row.figures.items()
            if figure and figure.is_sum
        ]

    assert sums() == [("HN0101 学校", 80), ("HN0101 农村", 35), ("HN010101 学校", 80)]
    scene.compute(DAY + dt.timedelta(days=1))
    withdraw(scene.cast.county_admin, in_force(scene.cast.town, "rural").pk)
    assert sums() == [("HN0101 学校", 139), ("HN010101 学校", 139)], (
        "of 须水镇 the next bulletin knows the sum"
    )


def test_a_figure_in_the_wrong_domain_is_taken_back_and_past_bulletins_keep_it(scene: Scene) -> None:
    cast = scene.cast
    scene.expect(cast.branch, 40, "rural")
    first = scene.compute()
    wrong = in_force(cast.branch, "rural")
    assert expected(cast.committee) == {"school": 80, "rural": 40}
    answered = withdraw(cast.county_admin, wrong.pk)
    assert "农村领域的团统数 40 已撤回" in answered.content.decode()
    assert answered.redirect_chain == [(f"{reverse('baselines')}?unit=HN010101", 302)]
    assert expected(cast.committee) == {"school": 80}
    wrong.refresh_from_db()
    assert wrong.until_at is not None and wrong.member_count == 40
    entry = AuditEntry.objects.get(action="progress.withdraw_baseline")
    assert (entry.actor, entry.unit, entry.before) == (cast.county_admin, cast.branch, {"农村": 40})
    again = scene.compute(DAY + dt.timedelta(days=1))
    rows = [bulletin.units.get(unit=cast.committee) for bulletin in (first, again)]
    assert [row.counted("", "rural").expected for row in rows] == [40, None]


def test_a_figure_no_longer_in_force_is_not_taken_back(scene: Scene) -> None:
    looked_at = in_force(scene.cast.branch)
    post(scene.cast.county_admin, "HN010101")
    assert withdraw(scene.cast.county_admin, looked_at.pk).status_code == 404
    with pytest.raises(Refused) as refused:
        withdraw_baseline(world.actor(scene.cast.county_admin), baseline=looked_at)
    assert [problem.code for problem in refused.value.problems] == ["figure.changed"]
    assert figure() == 45


@pytest.mark.parametrize("key", ["", "x", "-1", "9" * 30])
def test_without_a_choice_nothing_is_taken_back(scene: Scene, key: str) -> None:
    assert "请从列表中选择要撤回的数字" in withdraw(scene.cast.county_admin, key).content.decode()
    assert Baseline.objects.filter(until_at=None).count() == 5


def test_nobody_takes_back_the_own_figure_nor_one_outside(scene: Scene) -> None:
    cast = scene.cast
    own = in_force(cast.city)
    assert withdraw(cast.city_admin, own.pk).status_code == 403
    assert withdraw(cast.outsider, in_force(cast.branch).pk).status_code == 404
    assert get(cast.city_admin).context["withdrawal"] is None, "only those of the children are offered"
    url = reverse("api_baseline_withdraw", args=[own.pk])
    assert world.client(cast.city_admin).delete(url).status_code == 403
    assert Baseline.objects.filter(until_at=None).count() == 5


def test_over_the_api_a_figure_is_taken_back_by_its_id(scene: Scene) -> None:
    url = reverse("api_baseline_withdraw", args=[in_force(scene.cast.branch).pk])
    client = world.client(scene.cast.county_admin)
    assert client.delete(url).status_code == 204
    assert client.delete(url).status_code == 404
    assert figure() is None
