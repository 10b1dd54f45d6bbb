"""身份摸底 at its pages and its API: who may do what, what each is told, nothing outside the scope."""

import datetime as dt
import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from zhtj.lib.masks import mask_id

from members.models import AdmissionSettings, Member, YouthUnderReview
from members.queries import entry_of
from orgs.models import AuditEntry

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

pytestmark = pytest.mark.django_db
LATE = {"joined_on": "2017-05"}  # no number: to rectify


@pytest.fixture(autouse=True)
def stage(settings: Any, tmp_path: Any) -> None:
    settings.ZHTJ_ENTRY_GATE, settings.MEDIA_ROOT = "", str(tmp_path)


def ask(client: Client, address: str, body: Any = None, status: int = 200) -> Any:
    """What the API answers; with a body it is posted."""
    url = f"/api/youths/{address}"
    kind = "application/json"
    answer = client.get(url) if body is None else client.post(url, json.dumps(body), content_type=kind)
    assert answer.status_code == status, answer.content.decode()
    return answer.json()


def listed(cast: Cast, **cells: str) -> int:
    """Somebody put on the list of the first branch over the API; the id of the case."""
    body = good_cells(**cells) | {"branch": cast.branch.code}
    return int(ask(world.client(cast.secretary), "", body, 201)["id"])


def page(client: Client, address: str) -> str:
    answer = client.get(address)
    assert answer.status_code == 200
    return answer.content.decode()


@pytest.mark.parametrize("over_api", [False, True])
def test_who_is_mended_is_known_by_the_masked_id_and_a_whole_one_is_nowhere_shown(
    cast: Cast, over_api: bool
) -> None:
    secretary, cells = world.client(cast.secretary), good_cells(**LATE)
    pk = int(ask(secretary, "", cells, 201)["id"])
    masked = ask(secretary, f"{pk}/")["national_id"]
    form = page(secretary, f"/members/review/{pk}/mend/")
    assert cells["national_id"] not in form and f'value="{masked}"' in form

    def mend(national_id: str) -> str:
        sent = cells | {"full_name": "苏宁", "national_id": national_id}
        if not over_api:
            return secretary.post(f"/members/review/{pk}/mend/", sent).content.decode()
        return secretary.post(f"/api/youths/{pk}/mend/", sent, "application/json").content.decode()

    def stored() -> tuple[str, str]:
        entry = entry_of(YouthUnderReview.objects.get(pk=pk))
        return entry.full_name, entry.national_id

    another = world.national_id()
    for wrong in (masked[:-1] + "?", mask_id(another)):
        assert "身份证号码" in mend(wrong) and stored()[0] != "苏宁"
    assert cells["national_id"] not in mend(masked)
    assert stored() == ("苏宁", cells["national_id"])
    mend(another)
    assert stored() == ("苏宁", another)


# --- over the API ---------------------------------------------------------------------------------


def test_somebody_is_listed_mended_and_recognised(cast: Cast) -> None:
    secretary, cells = world.client(cast.secretary), good_cells(**LATE)
    pk = ask(secretary, "", cells, 201)["id"]
    again = ask(secretary, "", cells, 201)
    assert (again["id"], [r["code"] for r in again["reasons"]]) == (pk, ["development_number.missing"])
    assert cells["national_id"] not in json.dumps(again) and again["national_id"].count("*") == 11
    refused = ask(secretary, "recognise/", {"youths": [pk]})
    assert refused["done"] == 0
    assert [p["code"] for p in refused["left"][0]["problems"]] == ["development_number.missing"]
    mended = ask(secretary, f"{pk}/mend/", cells | {"development_number": "201741000001"})
    assert mended["reasons"] == []
    assert ask(secretary, "recognise/", {"youths": [pk]}) == {"done": 1, "left": []}
    assert ask(secretary, f"{pk}/")["member"] == Member.objects.get().pk
    assert ask(secretary, f"{pk}/dismiss/", {"remark": "重复"}, 422)["problems"][0]["code"] == "youth.settled"


def test_a_superior_releases_the_branch_itself_may_not(cast: Cast) -> None:
    pk = listed(cast, **LATE)
    ask(world.client(cast.secretary), f"{pk}/release/", {"reason": "编号丢失"}, 403)
    superior = world.client(cast.committee_admin)
    assert ask(superior, f"{pk}/release/", {"reason": " "}, 422)["problems"][0]["code"] == "reason.missing"
    assert ask(superior, f"{pk}/release/", {"reason": "编号丢失"})["release_reason"] == "编号丢失"
    assert ask(world.client(cast.secretary), "recognise/", {"youths": [pk]})["done"] == 1
    assert Member.objects.get().waived == "development_number.missing"


def test_dismissing_takes_a_reason(cast: Cast) -> None:
    pk, secretary = listed(cast, **LATE), world.client(cast.secretary)
    assert ask(secretary, f"{pk}/dismiss/", {}, 422)["problems"][0]["code"] == "reason.missing"
    assert ask(secretary, f"{pk}/dismiss/", {"remark": "未入团"})["state"] == "dismissed"


def test_a_document_is_judged_by_its_content(cast: Cast) -> None:
    pk, secretary = listed(cast, **LATE), world.client(cast.secretary)
    url = f"/api/youths/{pk}/documents/"
    assert secretary.post(url, {"file": SimpleUploadedFile("a.pdf", b"%PDF-1.4 x")}).status_code == 201
    wrong = secretary.post(url, {"file": SimpleUploadedFile("a.pdf", b"MZ")})
    assert (wrong.status_code, wrong.json()["problems"][0]["code"]) == (422, "document.type")
    assert secretary.post(url, {}).status_code == 400


def test_what_a_reason_is_called_in_a_refusal_it_is_called_in_the_body(cast: Cast) -> None:
    pk = listed(cast, **LATE)
    for act, user in (("dismiss", cast.secretary), ("release", cast.committee_admin)):
        client = world.client(user)
        (missing,) = ask(client, f"{pk}/{act}/", {}, 422)["problems"]
        (long,) = ask(client, f"{pk}/{act}/", {missing["field"]: "因" * 201}, 422)["problems"]
        assert (long["field"], long["code"]) == (missing["field"], "text.too_long")
    assert ask(world.client(cast.secretary), f"{pk}/dismiss/", {"words": "未入团"})["remark"] == "未入团"


def attached(cast: Cast, pk: int, name: str, data: bytes) -> int:
    """A document put to the case by the secretary of the branch; its id."""
    sent = {"file": SimpleUploadedFile(name, data)}
    return int(world.client(cast.secretary).post(f"/api/youths/{pk}/documents/", sent).json()["id"])


def test_a_document_is_listed_and_comes_back_as_it_went_in_as_on_the_page(cast: Cast) -> None:
    pk, data = listed(cast, **LATE), b"%PDF-1.4 x"
    number = attached(cast, pk, "证明.pdf", data)
    above = world.client(cast.county_admin)
    (line,) = ask(above, f"{pk}/documents/")
    assert (line["id"], line["name"], line["size"]) == (number, "证明.pdf", len(data))
    page, api = (
        above.get(f"{begin}/{pk}/documents/{number}/") for begin in ("/members/review", "/api/youths")
    )
    assert (api.status_code, api.content, api["Content-Type"]) == (200, data, "application/pdf")
    names = ("Content-Type", "Content-Disposition", "X-Content-Type-Options", "Cache-Control")
    assert [api[name] for name in names] == [page[name] for name in names]
    assert api["Content-Disposition"].startswith("attachment") and "no-store" in api["Cache-Control"]
    assert above.get(f"/api/youths/{pk}/documents/{number}/", HTTP_ACCEPT="application/pdf").content == data
    trail = AuditEntry.objects.filter(action="members.read_document", actor=cast.county_admin)
    told = {"youth": pk, "document": number, "name": "证明.pdf"}
    assert [(each.door, each.after) for each in trail.order_by("id")] == [
        (door, told) for door in ("page", "api", "api")
    ]
    other = listed(cast, **LATE, national_id=world.national_id(60_700))
    ask(above, f"{other}/documents/{number}/", status=404)
    for address in (f"{pk}/documents/", f"{pk}/documents/{number}/"):
        ask(world.client(cast.outsider), address, status=404)


def test_a_document_is_detached_by_who_enters_while_the_case_is_open(cast: Cast) -> None:
    pk = listed(cast, **LATE)
    first, second = (attached(cast, pk, name, b"%PDF-1.4 x") for name in ("a.pdf", "b.pdf"))
    address = f"/api/youths/{pk}/documents/"
    assert world.client(cast.county_admin).delete(f"{address}{first}/").status_code == 403
    secretary = world.client(cast.secretary)
    assert secretary.delete(f"{address}{first}/").status_code == 204
    assert secretary.delete(f"{address}{first}/").status_code == 404
    entry = AuditEntry.objects.get(action="members.detach_document")
    assert (entry.door, entry.after) == ("api", {"youth": pk, "document": first})
    ask(secretary, f"{pk}/dismiss/", {"remark": "未入团"})
    refused = secretary.delete(f"{address}{second}/")
    assert (refused.status_code, refused.json()["problems"][0]["code"]) == (422, "youth.settled")
    assert [line["id"] for line in ask(secretary, f"{pk}/documents/")] == [second]


def test_nobody_outside_sees_or_touches_a_case(cast: Cast) -> None:
    pk, outsider = listed(cast, **LATE), world.client(cast.outsider)
    assert ask(outsider, "")["results"] == []
    ask(outsider, f"{pk}/", status=404)
    for act in ("mend", "dismiss", "release"):
        ask(outsider, f"{pk}/{act}/", good_cells() | {"words": "x"}, 404)
    ask(outsider, "recognise/", {"youths": [pk]}, 404)


def test_the_progress_counts_upwards(cast: Cast) -> None:
    listed(cast, **LATE)
    listed(cast)
    rows = {row["unit"]: row for row in ask(world.client(cast.county_admin), "progress/")}
    for unit in (cast.county, cast.committee):
        assert (rows[unit.code]["open"], rows[unit.code]["ready"]) == (2, 1)
    states = [len(ask(world.client(cast.county_admin), f"?state={s}")["results"]) for s in ("ready", "open")]
    assert states == [1, 2]


@pytest.mark.parametrize("value", [None, 5, [], {}, "\x00", "x" * 5000])
def test_whatever_is_sent_is_a_named_problem(cast: Cast, value: Any) -> None:
    secretary = world.client(cast.secretary)
    pk = listed(cast, **LATE)
    for address, body in (
        ("", good_cells() | {"joined_on": value, "full_name": value}),
        (f"{pk}/mend/", {"national_id": value}),
        (f"{pk}/dismiss/", {"remark": value}),
        ("recognise/", {"youths": value}),
    ):
        answer = secretary.post(f"/api/youths/{address}", json.dumps(body), content_type="application/json")
        assert answer.status_code in (200, 400, 422), address


# --- on the pages ---------------------------------------------------------------------------------


def test_one_person_is_told_everything_that_is_wrong_under_its_field(cast: Cast) -> None:
    cells = good_cells(**LATE, mobile="1", ethnicity="火星")
    answer = world.client(cast.secretary).post(f"/members/review/add/{cast.branch.pk}/", cells)
    told = answer.context["form"].errors.as_data()
    assert {name: [e.code for e in errors] for name, errors in told.items()} == {
        "mobile": ["mobile.format"],
        "ethnicity": ["ethnicity.unknown"],
        "development_number": ["development_number.missing"],
    }
    assert not YouthUnderReview.objects.exists()


def test_only_who_may_recognise_is_offered_the_tick(cast: Cast) -> None:
    pk = listed(cast)
    tick = f'name="youth" value="{pk}"'
    assert tick in page(world.client(cast.secretary), "/members/review/")
    assert tick in page(world.client(cast.committee_admin), "/members/review/")
    above = page(world.client(cast.county_admin), "/members/review/")
    assert tick not in above and f"/members/review/{pk}/" in above


def test_who_cannot_be_mended_is_told_the_way_out(cast: Cast) -> None:
    pk = listed(cast, **LATE)
    address = f"/members/review/{pk}/"
    assert "第一中学团委" in page(world.client(cast.secretary), address), "whom to ask for a release"
    assert "核准放行（上级）" in page(world.client(cast.committee_admin), address)
    AdmissionSettings.objects.update_or_create(pk=1, defaults={"allows_release": False})
    assert "不能由上级放行" in page(world.client(cast.secretary), address)
    assert "核准放行（上级）" not in page(world.client(cast.committee_admin), address)


def test_the_age_is_nobody_s_to_release(cast: Cast) -> None:
    young = world.national_id(77, born=dt.date(2005, 6, 1))
    pk = listed(cast, **LATE, development_number="201741000001", national_id=young)
    assert "不能由上级放行" in page(world.client(cast.secretary), f"/members/review/{pk}/")
    superior = world.client(cast.committee_admin)
    assert "核准放行（上级）" not in page(superior, f"/members/review/{pk}/")
    assert ask(superior, f"{pk}/release/", {"reason": "差几天"}, 422)["problems"][0]["code"] == "youth.age"


def test_a_number_too_long_to_be_kept_has_a_way_in(cast: Cast) -> None:
    address, cells = f"/members/review/add/{cast.branch.pk}/", good_cells(**LATE)
    answer = world.client(cast.secretary).post(address, cells | {"development_number": "9" * 31})
    assert "编号留空列入清单" in answer.content.decode()
    assert world.client(cast.secretary).post(address, cells).status_code == 302
    youth = YouthUnderReview.objects.get()
    ask(world.client(cast.committee_admin), f"{youth.pk}/release/", {"reason": "编号 31 位，见材料"})
    ask(world.client(cast.secretary), "recognise/", {"youths": [youth.pk]})
    assert Member.objects.get().development_number == ""
