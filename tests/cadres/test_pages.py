"""The room's pages and API: rosters, filters, export, the chart, who is missing, single entry."""

import io
import json
from typing import Any

import pytest
from openpyxl import load_workbook

from cadres.models import Cadre, CadreState
from orgs.models import AuditEntry, Person

from tests import world
from tests.cadres.conftest import good_cells
from tests.cast import Cast

pytestmark = pytest.mark.django_db


def text_of(client: Any, url: str, **data: Any) -> str:
    answer = client.post(url, data) if data else client.get(url)
    assert answer.status_code == 200
    return str(answer.content.decode())


def test_the_roster_is_narrowed_by_name_id_post_engagement_state_and_level(cast: Cast) -> None:
    id_text = world.national_id()
    world.cadre(cast.county, "书记", world.person("王书记", id_text=id_text), engagement="full_time")
    world.cadre(cast.county, "委员", world.person("李挂职"), engagement="seconded", state=CadreState.PENDING)
    world.cadre(cast.committee, "委员", world.person("赵委员"))
    world.cadre(cast.other_city, "书记", world.person("外市人"))
    admin = world.client(cast.county_admin)

    def found(url: str = "/cadres/", **data: Any) -> set[str]:
        page = text_of(admin, url, **data)
        assert id_text not in page
        return {name for name in ("王书记", "李挂职", "赵委员", "外市人") if name in page}

    assert found() == {"王书记", "李挂职", "赵委员"}
    assert found(q="王") == found(q=id_text) == {"王书记"}
    assert found(f"/cadres/?q={id_text}") == {"王书记", "李挂职", "赵委员"}  # no id in an address
    assert found(post="委员") == {"李挂职", "赵委员"}
    assert found(engagement="seconded") == found(state="pending") == {"李挂职"}
    assert found(level="own") == {"王书记", "李挂职"}
    assert found(f"/cadres/?unit={cast.committee.pk}") == {"赵委员"}
    assert found("/cadres/?post=nonsense&state=%00&page=99999") == {"王书记", "李挂职", "赵委员"}


def test_the_export_holds_the_narrowed_roster_masked_and_is_audited(cast: Cast) -> None:
    id_text = world.national_id()
    world.cadre(cast.county, "书记", world.person("王书记", id_text=id_text, mobile="13812345678"))
    world.cadre(cast.committee, "委员", world.person("=赵委员"))
    admin = world.client(cast.county_admin)
    answer = admin.post("/cadres/export/?post=书记")
    sheet = load_workbook(io.BytesIO(b"".join(answer.streaming_content))).active
    cells = [str(cell.value) for row in sheet.iter_rows() for cell in row if cell.value]
    assert "王书记" in cells and "=赵委员" not in cells
    assert not {id_text, "13812345678"} & set(cells)
    assert f"{id_text[:3]}***********{id_text[-4:]}" in cells
    trail = AuditEntry.objects.get(action="cadres.export")
    assert (trail.unit, trail.after["count"]) == (cast.county, 1)


def test_the_detail_shows_every_post_of_the_person_in_scope(cast: Cast) -> None:
    person = world.person("王兼职")
    here = world.cadre(cast.committee, "书记", person)
    world.cadre(cast.branch, "其他", person)
    world.cadre(cast.other_city, "委员", person)
    page = text_of(world.client(cast.committee_admin), f"/cadres/{here.pk}/")
    assert "高一1班团支部其他" in page and "开封团市委" not in page


def test_the_chart_shows_who_is_who_and_where_a_secretary_is_missing(cast: Cast) -> None:
    world.cadre(cast.county, "委员", world.person("李委员"))
    world.cadre(cast.county, "书记", world.person("王书记"))
    world.cadre(cast.committee, "书记", world.person("赵书记"))
    page = text_of(world.client(cast.county_admin), f"/cadres/unit/{cast.county.pk}/chart/")
    assert page.index("王书记") < page.index("李委员") < page.index("赵书记")
    assert page.index("须水镇团委") < page.index("缺书记")


def test_who_is_missing_is_listed_by_what_is_missing(cast: Cast) -> None:
    world.cadre(cast.committee, "委员")
    world.cadre(cast.county, "书记", world.person(ethnicity=""))
    admin = world.client(cast.county_admin)

    def listed(show: str) -> list[str]:
        page = admin.get(f"/cadres/missing/?show={show}").context["page"]
        return [unit.short_name for unit in page]

    assert listed("none") == ["须水镇团委"]
    assert listed("secretary") == ["第一中学团委", "须水镇团委"]
    assert listed("unfilled") == ["中原团区委"]


def test_entering_again_the_same_post_opens_the_record(cast: Cast) -> None:
    admin = world.client(cast.committee_admin)
    cells, url = good_cells(), f"/cadres/unit/{cast.committee.pk}/enter/"
    assert admin.post(url, cells).status_code == 302
    (post,) = Cadre.objects.all()
    assert admin.post(url, cells)["Location"] == f"/cadres/{post.pk}/"
    assert admin.post(url, cells | {"post": "书记"}).status_code == 302
    assert (Cadre.objects.count(), Person.objects.filter(full_name="李文").count()) == (2, 1)


def test_a_branch_enters_a_teacher_who_is_no_member(cast: Cast) -> None:
    cells = good_cells(post="书记", political_status="中共党员")
    answer = world.client(cast.secretary).post(f"/cadres/unit/{cast.branch.pk}/enter/", cells, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["success"]
    assert Cadre.objects.get(unit=cast.branch).person.full_name == "李文"


def test_the_page_of_an_organ_leads_from_one_to_the_next(cast: Cast) -> None:
    pending = {"state": CadreState.PENDING, "is_preloaded": True, "engagement": "full_time"}
    first, second = (world.cadre(cast.county, post, **pending) for post in ("书记", "委员"))
    admin = world.client(cast.county_admin)
    cells = {"ethnicity": "汉族", "political_status": "中共党员", "post": "书记", "engagement": "专职"}
    answer = admin.post(f"/cadres/{first.pk}/keep/", cells | {"next": "1"})
    assert answer["Location"] == f"/cadres/{second.pk}/keep/"
    answer = admin.post(f"/cadres/unit/{cast.county.pk}/declare/", follow=True)
    assert [m.extra_tags for m in answer.context["messages"] if m.level_tag == "error"] == [
        "declaration.open_cadres"
    ]
    admin.post(f"/cadres/{second.pk}/keep/", cells | {"post": "委员"})
    answer = admin.post(f"/cadres/unit/{cast.county.pk}/declare/", follow=True)
    assert "声明核对完成" in answer.content.decode()


def test_the_api_enters_keeps_departs_and_declares(cast: Cast) -> None:
    admin = world.client(cast.county_admin)

    def post(path: str, body: dict[str, Any]) -> Any:
        return admin.post(f"/api/cadres/{path}", json.dumps(body), content_type="application/json")

    made = post("", good_cells(engagement="专职"))
    assert (made.status_code, made.json()["state"]) == (201, "verified")
    pk = made.json()["id"]
    kept = post(
        f"{pk}/keep/", {"ethnicity": "汉", "political_status": "党员", "post": "书记", "engagement": "兼职"}
    )
    assert (kept.status_code, kept.json()["post"], kept.json()["engagement"]) == (200, "书记", "part_time")
    assert post("declare/", {}).json()["cadre_count"] == 1
    pk = kept.json()["id"]
    refused = post(f"{pk}/depart/", {"departed_on": "2018-12-01", "departure": "退休"})
    assert [problem["code"] for problem in refused.json()["problems"]] == ["departed_on.future"]
    assert post(f"{pk}/depart/", {"departed_on": "2018-11-01", "departure": "退休"}).status_code == 204
    assert not Cadre.objects.filter(until_at=None).exists()
    back = post(f"{pk}/return/", {})
    assert (back.status_code, back.json()["post"], back.json()["engagement"]) == (200, "书记", "part_time")
    assert post(f"{pk}/return/", {}).status_code == 404
