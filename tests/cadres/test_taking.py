"""A roster taken along with whole ids or over the API; who is missing, over the API."""

import io
import json
from typing import Any

import openpyxl
import pytest

from cadres.models import Cadre
from orgs.kinds import UnitKind
from orgs.models import AuditEntry

from tests import world
from tests.cast import Cast

pytestmark = pytest.mark.django_db
WHOLE, MOBILE = world.national_id(60_800), "13812345678"


@pytest.fixture
def cadre(cast: Cast) -> Cadre:
    """The secretary of the county, of whom the whole id and mobile are known here."""
    return world.cadre(cast.county, "书记", world.person("王书记", id_text=WHOLE, mobile=MOBILE))


def api(user: Any, **body: Any) -> Any:
    sent = json.dumps(body)
    return world.client(user).post("/api/cadres/export/", sent, content_type="application/json")


def page(user: Any, **typed: Any) -> Any:
    return world.client(user).post("/cadres/export/?column=national_id&column=mobile", typed)


def cells(answer: Any) -> list[str]:
    assert answer.status_code == 200, answer.content
    book = openpyxl.load_workbook(io.BytesIO(b"".join(answer.streaming_content)))
    return [str(cell.value) for row in book.active.iter_rows() for cell in row if cell.value]


def test_the_api_exports_the_roster_narrowed_masked_and_audited_as_the_page_does(
    cast: Cast, cadre: Cadre
) -> None:
    world.cadre(cast.committee, "委员", world.person("赵委员"))
    answer = api(cast.county_admin, post="书记", columns=["national_id", "mobile"])
    assert answer["Content-Disposition"] == f'attachment; filename="{cast.county.code}-cadres.xlsx"'
    given = cells(answer)
    assert {"王书记", cadre.person.masked_id, "138****5678"} <= set(given) and "赵委员" not in given
    assert not {WHOLE, MOBILE} & set(given)
    entry = AuditEntry.objects.get(action="cadres.export")
    assert (entry.unit, entry.door, entry.after["count"], entry.after["full_ids"]) == (
        cast.county,
        "api",
        1,
        False,
    )
    assert "post=" in entry.after["narrowed"]


def test_somebody_is_looked_for_by_id_in_the_body_and_the_trail_does_not_say_it(
    cast: Cast, cadre: Cadre
) -> None:
    world.cadre(cast.committee, "委员", world.person("赵委员"))
    given = cells(api(cast.county_admin, q=WHOLE))
    assert "王书记" in given and "赵委员" not in given
    assert WHOLE not in str(AuditEntry.objects.get(action="cadres.export").after)
    assert api(cast.county_admin, appointed_from="2016-13").status_code == 400
    assert api(cast.county_admin, columns=["nonsense"]).status_code == 400


@pytest.mark.parametrize("door", [page, api])
def test_whole_ids_need_the_capability_and_a_purpose(cast: Cast, cadre: Cadre, door: Any) -> None:
    admin = cast.county_admin
    assert door(admin, full=True, purpose="核验").status_code == 403
    world.grant(admin, cast.county, "ids_reveal")
    refused = door(admin, full=True)
    if door is api:
        assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "purpose.missing")
    else:
        shown = world.client(admin).get(refused["Location"])
        assert shown.status_code == 200 and refused["Location"].startswith("/cadres/?unit=")
    assert not AuditEntry.objects.filter(action="cadres.export").exists()
    more = {"columns": ["national_id", "mobile"]} if door is api else {}
    assert {WHOLE, MOBILE} <= set(cells(door(admin, full=True, purpose="核验", **more)))
    after = AuditEntry.objects.get(action="cadres.export").after
    assert (after["full_ids"], after["purpose"]) == (True, "核验")


def test_the_page_offers_whole_ids_to_who_may_see_them(cast: Cast, cadre: Cadre) -> None:
    browser = world.client(cast.county_admin)
    assert "导出完整号码" not in browser.get("/cadres/").content.decode()
    world.grant(cast.county_admin, cast.county, "ids_reveal")
    assert "导出完整号码" in browser.get("/cadres/").content.decode()


@pytest.mark.parametrize("door", [page, api])
def test_more_than_one_export_may_hold_is_refused_before_it_begins(
    cast: Cast, cadre: Cadre, door: Any, monkeypatch: Any
) -> None:
    monkeypatch.setattr("orgs.taking.MOST_ROWS", 0)
    refused = door(cast.county_admin)
    assert refused.status_code == (422 if door is api else 302)
    if door is api:
        assert refused.json()["problems"][0]["code"] == "export.too_many"
    assert not AuditEntry.objects.filter(action="cadres.export").exists()


# --- who is missing -------------------------------------------------------------------------------


def missing(user: Any, address: str = "", status: int = 200) -> Any:
    answer = world.client(user).get(f"/api/cadres/missing/{address}")
    assert answer.status_code == status, answer.content
    return answer.json()


def test_the_api_lists_who_is_missing_as_the_page_does(cast: Cast) -> None:
    world.cadre(cast.committee, "委员")
    world.cadre(cast.county, "书记", world.person(ethnicity=""))
    admin = cast.county_admin
    counts = {"none": 1, "secretary": 2, "unfilled": 1}
    for show, count in counts.items():
        on_page = world.client(admin).get(f"/cadres/missing/?show={show}").context["page"]
        listed = [row["id"] for row in missing(admin, f"?show={show}")["results"]]
        assert listed == [unit.pk for unit in on_page] and len(listed) == count
    assert missing(admin, "counts/") == counts
    (row,) = missing(admin, f"?show=secretary&unit={cast.committee.code}")["results"]
    assert (row["code"], row["parent"], row["parent_name"]) == (
        cast.committee.code,
        cast.county.pk,
        cast.county.short_name,
    )
    missing(admin, "?show=nonsense", 400)
    for address in ("", "counts/"):
        missing(admin, f"{address}?unit={cast.other_city.code}", 404)


def test_its_pages_go_on_behind_the_last_unit(cast: Cast, monkeypatch: Any) -> None:
    for name in ("甲", "乙", "丙"):
        world.unit(cast.county, UnitKind.COMMITTEE, f"{name}镇团委")
    monkeypatch.setattr("cadres.queries.PAGE_SIZE", 2)
    walked: list[str] = []
    address: str | None = "/api/cadres/missing/"
    while address:
        answer = world.client(cast.county_admin).get(address).json()
        assert len(answer["results"]) <= 2
        walked += [row["short_name"] for row in answer["results"]]
        address = answer["next"]
    monkeypatch.undo()
    whole = [row["short_name"] for row in missing(cast.county_admin)["results"]]
    assert walked == whole and len(walked) == missing(cast.county_admin, "counts/")["none"] == 6
