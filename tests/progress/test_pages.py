"""The bulletin's page, the class table, publishing, the campaign, the API: through the door."""

import datetime as dt
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from orgs.models import User
from progress import actions, queries
from progress.models import Bulletin, BulletinState, GateOpening

from tests import world
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db

NEXT = DAY + dt.timedelta(days=1)
QUERY_BUDGET = 24  # session, user, scope and the frame included


def get(user: User, day: dt.date | None = DAY, **query: str) -> object:
    url = reverse("bulletin", args=[day]) if day else reverse("bulletin_latest")
    return world.client(user).get(url, query)


def names(response: object) -> list[str]:
    return [row.shown.name for row in response.context["page"].rows]


@pytest.fixture
def published(scene: Scene) -> Scene:
    actions.publish_bulletin(world.actor(scene.cast.staff), bulletin=scene.compute())
    return scene


def test_the_page_shows_the_own_row_then_one_class_ranked(published: Scene) -> None:
    response = get(published.cast.staff)
    html = response.content.decode()
    assert response.context["page"].own.shown.name == "河南团省委"
    assert names(response) == ["开封团市委", "郑州团市委"]
    assert '<tr class="own">' in html
    told = (
        "第24期",
        "2018-11-24 08:00",
        "学校领域 · 省辖市",
        "省辖市 2",
        "省管高校 1",
        "100.0%",
        "40.0%",
        "完成",
    )
    for words in told:
        assert words in html, words


def test_a_child_in_scope_is_a_link_to_its_own_page_and_a_unit_outside_is_not(published: Scene) -> None:
    link = f"{reverse('bulletin', args=[DAY])}?unit=HN01&amp;stage=members_school"
    assert link in get(published.cast.staff).content.decode()
    table = get(published.cast.county_admin, unit="HN")
    assert names(table) == ["开封团市委", "郑州团市委"]
    assert table.context["page"].own is None
    assert "?unit=HN01&amp;" not in table.content.decode()
    assert "?unit=HN02&amp;" not in table.content.decode()


def test_in_a_class_table_the_readers_own_superior_is_marked(published: Scene) -> None:
    mine = [
        row.shown.code
        for row in get(published.cast.county_admin, unit="HN").context["page"].rows
        if row.is_mine
    ]
    assert mine == ["HN01"]
    assert "我所在的" in get(published.cast.county_admin, unit="HN").content.decode()


def test_a_unit_finds_the_way_to_the_table_it_is_ranked_in(published: Scene) -> None:
    link = "?unit=HN01&amp;stage=members_school&amp;class="
    assert link in get(published.cast.county_admin).content.decode()
    assert "看本级在同类中的排名" not in get(published.cast.staff).content.decode()


def test_an_entered_figure_leads_to_the_list_of_who_may_see_it_and_a_zero_nowhere(published: Scene) -> None:
    cast = published.cast
    link = reverse("bulletin_behind", args=[DAY, "entered"])
    html = get(cast.county_admin).content.decode()
    assert f'href="{link}?unit=HN010101&amp;stage=members_school"' in html
    assert f'href="{link}?unit=HN010102&amp;' not in html  # 0 at school
    assert f'href="{link}?' not in get(cast.staff).content.decode()
    organs = get(cast.county_admin, stage="organ_cadres").content.decode()
    assert f'href="{link}?unit=HN0101&amp;stage=organ_cadres"' in organs


def test_without_a_unit_the_page_is_that_of_the_unit_one_acts_for(published: Scene) -> None:
    response = get(published.cast.county_admin, day=None)
    assert response.context["page"].unit == published.cast.county
    assert names(response) == ["第一中学团委", "须水镇团委"]


@pytest.mark.parametrize(
    ("who", "code", "status"),
    [
        ("county_admin", "HN0101", 200),
        ("county_admin", "HN", 200),  # the class table the city is ranked in
        ("county_admin", "HN01", 200),  # the class table of the county itself
        ("county_admin", "HN02", 404),
        ("county_admin", "HN0201", 404),
        ("county_admin", "nowhere", 404),
        ("county_admin", "\x00", 404),
        ("secretary", "HN010101", 200),
        ("secretary", "HN01010101", 200),
        ("secretary", "HN01010201", 404),
        ("viewer", "HN01", 200),
        ("outsider", "HN0101", 404),
        ("stranger", "HN", 403),
        ("auditor", "HN", 403),
    ],
)
def test_who_sees_which_page(published: Scene, who: str, code: str, status: int) -> None:
    assert get(getattr(published.cast, who), unit=code).status_code == status


def test_a_finished_bulletin_is_seen_by_the_province_alone_until_it_is_published(scene: Scene) -> None:
    scene.compute()
    assert get(scene.cast.staff).status_code == 200
    assert get(scene.cast.city_admin).status_code == 404
    assert "还没有已发布的日通报" in get(scene.cast.city_admin, day=None).content.decode()


def test_the_province_publishes_after_seeing_the_checks(scene: Scene) -> None:
    scene.compute()
    page = get(scene.cast.staff).content.decode()
    assert "自检通过" in page
    assert "发布这期通报" in page
    url = reverse("bulletin_publish", args=[DAY])
    response = world.client(scene.cast.staff).post(url, looked_at(page), follow=True)
    assert "已发布，各级均可查看" in response.content.decode()
    assert Bulletin.objects.get().published_by == scene.cast.staff
    assert world.client(scene.cast.staff).post(url, looked_at(page)).status_code == 404


def looked_at(page: str) -> dict[str, str]:
    """What the page's button sends: which revision, and which computation of it."""
    form = page.split("publish/")[1].split("</form>")[0]
    return dict(re.findall(r'name="(revision|computed_at)" value="([^"]+)"', form))


def test_what_was_computed_again_since_it_was_looked_at_is_looked_at_again(scene: Scene) -> None:
    scene.compute()
    sent = looked_at(get(scene.cast.staff).content.decode())
    scene.campaign.lag_points = 9  # a setting put right: no later entry changes a day, this does
    scene.campaign.save()
    scene.clock.forward(minutes=5)
    scene.compute(recompute=True)
    url, staff = reverse("bulletin_publish", args=[DAY]), world.client(scene.cast.staff)
    for stale in (sent, {"revision": "1"}, sent | {"computed_at": "2018-13-99T"}):
        said = staff.post(url, stale, follow=True).content.decode()
        assert "在您查看以后又重新计算过，没有发布" in said and "核对重新算出的数字" in said
        assert Bulletin.objects.get().state == BulletinState.DONE
    staff.post(url, looked_at(get(scene.cast.staff).content.decode()))
    assert Bulletin.objects.get().state == BulletinState.PUBLISHED


def test_a_bulletin_that_fails_its_checks_cannot_be_published(scene: Scene) -> None:
    bulletin = scene.compute()
    bulletin.checks[0] |= {"ok": False, "detail": "1 个组织的上下级合计不符：郑州团市委"}
    bulletin.save()
    page = get(scene.cast.staff).content.decode()
    assert "自检没有通过" in page
    assert "郑州团市委" in page
    assert "发布这期通报" not in page
    sent = {"revision": 1, "computed_at": bulletin.computed_at.isoformat()}
    response = world.client(scene.cast.staff).post(reverse("bulletin_publish", args=[DAY]), sent, follow=True)
    assert "自检没有通过" in response.content.decode()
    assert Bulletin.objects.get().state == BulletinState.DONE


@pytest.mark.parametrize("who", ["city_admin", "viewer", "secretary", "settings_admin"])
def test_nobody_below_the_province_publishes(scene: Scene, who: str) -> None:
    scene.compute()
    url = reverse("bulletin_publish", args=[DAY])
    assert world.client(getattr(scene.cast, who)).post(url, {"revision": 1}).status_code == 403


@pytest.mark.parametrize("revision", ["", "x", "99", "-1", "9" * 40])
def test_publishing_a_revision_that_is_not_there_is_not_found(scene: Scene, revision: str) -> None:
    scene.compute()
    url = reverse("bulletin_publish", args=[DAY])
    assert world.client(scene.cast.staff).post(url, {"revision": revision}).status_code == 404


def test_publishing_is_a_post(scene: Scene) -> None:
    scene.compute()
    assert world.client(scene.cast.staff).get(reverse("bulletin_publish", args=[DAY])).status_code == 405


def test_a_finished_day_is_computed_again_in_place(scene: Scene) -> None:
    scene.compute()
    url = reverse("bulletin_recompute", args=[DAY])
    assert url in get(scene.cast.staff).content.decode()
    response = world.client(scene.cast.staff).post(url, follow=True)
    assert "已重新计算，请核对后发布" in response.content.decode()
    assert Bulletin.objects.get().revision == 1


def test_a_published_day_is_corrected_with_a_reason_that_readers_see(published: Scene) -> None:
    staff, url = world.client(published.cast.staff), reverse("bulletin_recompute", args=[DAY])
    assert "更正这期通报" in get(published.cast.staff).content.decode()
    assert "更正时必须说明原因" in staff.post(url, {"reason": " "}, follow=True).content.decode()
    assert Bulletin.objects.filter(day=DAY).count() == 1
    staff.post(url, {"reason": "补记一处合并"})
    before = get(published.cast.city_admin).content.decode()
    assert "更正" not in before, "until it is published everybody else reads the old one"
    sent = looked_at(get(published.cast.staff).content.decode())
    assert sent["revision"] == "2"
    staff.post(reverse("bulletin_publish", args=[DAY]), sent)
    after = get(published.cast.city_admin).content.decode()
    assert "第24期（更正第1次）" in after
    assert "更正原因：补记一处合并" in after


def test_who_does_not_publish_is_not_offered_to_correct(published: Scene) -> None:
    assert "更正这期通报" not in get(published.cast.city_admin).content.decode()
    url = reverse("bulletin_recompute", args=[DAY])
    assert world.client(published.cast.city_admin).post(url, {"reason": "x"}).status_code == 403
    assert (
        world.client(published.cast.staff)
        .post(reverse("bulletin_recompute", args=[dt.date(2018, 11, 30)]), {"reason": "x"})
        .status_code
        == 404
    )


def test_stages_domains_classes_and_orders_are_chosen_by_link(published: Scene) -> None:
    staff = published.cast.staff
    assert get(staff, stage="members_other").context["page"].column.key == "members_other"
    assert get(staff, domain="rural").context["page"].column.label == "农村"
    assert names(get(staff, **{"class": "university"})) == ["郑州大学团委"]
    assert get(staff, order="plan").context["page"].by_plan
    for query in ({"stage": "nonsense"}, {"class": "nonsense"}, {"order": "nonsense"}, {"stage": "\x00"}):
        assert get(staff, **query).status_code == 200


@pytest.mark.parametrize(
    ("stage", "words"),
    [
        ("members_school", ("录入率", "已录入", "应录入")),
        ("organ_cadres", ("核对率", "已核对", "应核对")),
        ("grassroots_cadres", ("完成率", "已完成", "应完成")),
    ],
)
def test_a_stage_is_told_in_the_words_of_what_it_counts(
    published: Scene, stage: str, words: tuple[str, str, str]
) -> None:
    html = get(published.cast.staff, stage=stage).content.decode()
    for word in words:
        assert f">{word}</th>" in html, word
    assert ("录入率" in html.split('id="outputs"')[0]) is (stage == "members_school")


def test_the_order_by_plan_shows_the_plan_and_the_distance_it_goes_by(published: Scene) -> None:
    html = get(published.cast.staff, stage="members_school", order="plan").content.decode()
    assert "计划应达" in html and "与计划差" in html and "较7天前" not in html
    assert "+60.6" in html and "+0.6" in html  # 100 % and 40 %, when 24 of 61 days ask for 39.3 %
    plain = get(published.cast.staff, stage="members_school").content.decode()
    assert "计划应达" not in plain and "较7天前" in plain


def test_an_organ_that_has_not_declared_it_is_told_why_it_is_not_done(published: Scene) -> None:
    html = get(published.cast.county_admin, stage="organ_cadres").content.decode()
    assert "100.0%" in html and "未声明核对完成</" in html and "还有领导机关没有声明" in html
    assert "还有领导机关没有声明" not in get(published.cast.county_admin).content.decode()


def test_one_walks_from_day_to_day_along_the_bulletins_one_may_see(published: Scene) -> None:
    published.compute(NEXT)
    page = get(published.cast.staff).context["page"]
    assert (page.before, page.after) == (None, NEXT)
    assert get(published.cast.city_admin).context["page"].after is None


@pytest.mark.parametrize("day", ["2018-11-31", "2018-1-1", "0000-00-00", "2018-11-26"])
def test_a_day_without_a_bulletin_is_not_found(published: Scene, day: str) -> None:
    assert world.client(published.cast.staff).get(f"/progress/{day}/").status_code == 404


def test_a_unit_founded_after_the_cutoff_has_no_page_that_day(published: Scene) -> None:
    world.branch(published.cast.committee, code="NEW")
    response = get(published.cast.committee_admin, unit="NEW")
    assert response.status_code == 200
    assert "没有涉及这个组织" in response.content.decode()


def test_baselines_that_disagree_are_shown_on_the_units_page(published: Scene) -> None:
    assert "学校填报 100，下级合计 80" in get(published.cast.city_admin).content.decode()


def test_the_page_costs_the_same_number_of_queries_however_many_children(published: Scene) -> None:
    def count(day: dt.date) -> int:
        client = world.client(published.cast.staff)
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("bulletin", args=[day])).status_code == 200
        return len(queries)

    few = count(DAY)
    for number in range(12):
        world.unit(published.cast.province, "city_committee", unit_class="city", code=f"M{number}")
    published.compute(NEXT)
    assert count(NEXT) <= few + 3  # the checks' part, the earlier bulletin
    assert few <= QUERY_BUDGET


def test_before_the_campaign_there_is_a_sentence_and_no_error(cast: object) -> None:
    for name in ("bulletin_latest", "campaign"):
        assert "还没有设置行动" in world.client(cast.staff).get(reverse(name)).content.decode()


def test_the_campaign_page_shows_stages_deadlines_and_openings(published: Scene) -> None:
    html = world.client(published.cast.secretary).get(reverse("campaign")).content.decode()
    for words in (
        "学校领域",
        "2018-12-31",
        "达到 70.0% 的地区",
        "开封团市委",
        "前置录入率达标",
        "还没有达到的 1 个地区",
        "郑州团市委 40.0%",
        "1 个地区没有“学校领域”基数，不受限制",
    ):
        assert words in html, words
    assert GateOpening.objects.count() == 1


# --- the API -----------------------------------------------------------------------------------


def api(user: User, url: str) -> tuple[int, object]:
    response = world.client(user).get(url)
    return response.status_code, json.loads(response.content)


def test_the_api_gives_the_lines_exactly_as_shown(published: Scene) -> None:
    status, lines = api(published.cast.staff, f"/api/bulletins/{DAY}/?unit=HN")
    assert status == 200
    assert lines == queries.report(None, Bulletin.objects.get(), published.cast.province)


def test_the_api_keeps_to_the_scope_of_the_pages(published: Scene) -> None:
    url = f"/api/bulletins/{DAY}/"
    _, table = api(published.cast.county_admin, f"{url}?unit=HN")
    assert {line["unit"] for line in table} == {"HN01", "HN02"}
    assert api(published.cast.county_admin, f"{url}?unit=HN02")[0] == 404
    assert api(published.cast.county_admin, f"{url}?unit=nowhere")[0] == 404
    assert api(published.cast.county_admin, f"/api/bulletins/{NEXT}/")[0] == 404
    _, own = api(published.cast.county_admin, url)
    assert own[0]["unit"] == "HN0101"
    assert Client().get(url).status_code == 401


def test_the_api_lists_the_bulletins_one_may_see(published: Scene) -> None:
    published.compute(NEXT)
    _, answer = api(published.cast.staff, "/api/bulletins/")
    assert [(found["day"], found["state"]) for found in answer["results"]] == [
        (NEXT.isoformat(), "done"),
        (DAY.isoformat(), "published"),
    ]
    _, answer = api(published.cast.city_admin, "/api/bulletins/")
    assert [found["number"] for found in answer["results"]] == ["第24期"]


def test_the_api_lists_the_baselines_of_the_own_units(published: Scene) -> None:
    _, answer = api(published.cast.county_admin, "/api/baselines/")
    found = [(line["unit"], line["domain"], line["member_count"]) for line in answer["results"]]
    assert sorted(found) == [
        ("HN01010101", "school", 40),
        ("HN01010102", "school", 40),
        ("HN01010201", "rural", 30),
    ]
