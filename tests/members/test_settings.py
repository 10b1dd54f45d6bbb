"""The admission settings: who may, what is refused, what a change means, effective at once."""

import datetime as dt
import io
from typing import Any

import openpyxl
import pytest
from django.core.exceptions import PermissionDenied

from members import actions, queries
from members.models import AdmissionSettings
from members.rules import Policy
from orgs.models import AuditEntry

from tests import world
from tests.cast import Cast
from tests.members.conftest import good_cells

TODAY = dt.date(2018, 11, 23)
pytestmark = pytest.mark.django_db
TYPED = {
    "strict_admission_from": "2016-01-01",
    "minimum_age_before": "12",
    "minimum_age_from": "13",
    "overage_from": "28",
    "interchanges_years": "on",
    "accepts_long_numbers": "on",
    "under_three": "acknowledge",
    "allows_release": "on",
    "rectify_days": "30",
}


def post(user: Any, **more: str) -> Any:
    return world.client(user).post("/members/settings/", TYPED | more, follow=True)


def test_a_change_is_effective_at_once_and_audited(cast: Cast) -> None:
    assert queries.admission_policy() == Policy()
    assert "立即生效" in post(cast.settings_admin, save="1").content.decode()
    assert queries.admission_policy().strict_admission_from == dt.date(2016, 1, 1)
    entry = AuditEntry.objects.get(action="members.change_settings")
    assert (entry.actor, entry.unit) == (cast.settings_admin, cast.province)
    assert (entry.before, entry.after) == (
        {"strict_admission_from": "2017-01-01"},
        {"strict_admission_from": "2016-01-01"},
    )
    assert "没有改动" in post(cast.settings_admin, save="1").content.decode()
    assert AdmissionSettings.objects.count() == 1


def test_the_blank_workbook_explains_the_settings_in_force(cast: Cast) -> None:
    def above_the_header() -> str:
        page = world.client(cast.secretary).get(f"/imports/blank/members/{cast.branch.pk}/")
        sheet = openpyxl.load_workbook(io.BytesIO(b"".join(page)))["团员"]
        return "".join(str(row[0]) for row in sheet.iter_rows(max_row=9, values_only=True))

    assert "2017年1月1日之前入团" in above_the_header() and "13周岁" in above_the_header()
    post(cast.settings_admin, save="1", minimum_age_from="14")
    assert "2016年1月1日之前入团" in above_the_header() and "14周岁" in above_the_header()


def test_the_preview_counts_whom_the_new_date_would_not_recognise(cast: Cast) -> None:
    in_2016 = {"joined_on": dt.date(2016, 5, 1)}
    world.member(cast.branch, world.person(id_text=world.national_id(born=dt.date(2003, 6, 1))), **in_2016)
    world.member(cast.branch, world.person(id_text=world.national_id(born=dt.date(2003, 5, 31))), **in_2016)
    world.member(cast.branch, development_number="201641000001", **in_2016 | {"application_form": False})
    world.member(cast.branch, waived="development_number.missing", **in_2016)
    world.member(cast.branch)
    answer = post(cast.province_admin, preview="1")
    figures = {label[:6]: (now, then) for label, now, then in answer.context["figures"]}
    assert list(figures.values()) == [(4, 4), (0, 3), (0, 1), (0, 2), (0, 0), (0, 1), (0, 0)]
    assert not AdmissionSettings.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("strict_admission_from", "2016-01-02"),
        ("strict_admission_from", "2019-01-01"),
        ("strict_admission_from", "1999-01-01"),
        ("strict_admission_from", "x"),
        ("minimum_age_from", "9"),
        ("minimum_age_before", "-1"),
        ("rectify_days", "0"),
        ("under_three", "never"),
    ],
)
@pytest.mark.parametrize("button", ["save", "preview"])
def test_impossible_settings_are_refused(cast: Cast, field: str, value: str, button: str) -> None:
    answer = post(cast.settings_admin, **{field: value, button: "1"})
    assert field in answer.context["form"].errors and not AdmissionSettings.objects.exists()


def test_only_the_province_sets(cast: Cast) -> None:
    for user in (cast.city_admin, cast.staff, cast.auditor, cast.stranger):
        assert post(user, save="1").status_code == 403
        with pytest.raises(PermissionDenied):
            actions.change_settings(world.actor(user), values={}, today=TODAY)


def test_the_rules_of_numbers_are_settings_and_the_preview_counts_whom_they_touch(
    cast: Cast, settings: Any
) -> None:
    settings.ZHTJ_ENTRY_GATE = ""
    either = {"joined_on": dt.date(2017, 12, 1)}
    world.member(cast.branch, development_number="201841000001", **either)
    world.member(cast.branch, development_number="201741000001", **either)
    world.member(cast.branch, development_number="2016170000000001", **either)
    strict = {"interchanges_years": "", "accepts_long_numbers": ""}
    figures = post(cast.settings_admin, preview="1", strict_admission_from="2017-01-01", **strict)
    assert [line[1:] for line in figures.context["figures"] if "长度或年份" in line[0]] == [(0, 2)]
    typed = good_cells(joined_on="2017-12", development_number="201841000009")
    enter = f"/members/enter/{cast.branch.pk}/"
    post(cast.settings_admin, save="1", strict_admission_from="2017-01-01", **strict)
    page = world.client(cast.secretary).post(enter, typed).content.decode()
    assert "编号前四位应为2017。" in page and "前四位为2017。" in page
    post(cast.settings_admin, save="1", strict_admission_from="2017-01-01")
    assert world.client(cast.secretary).post(enter, typed).status_code == 302


def test_the_api_reads_previews_and_stores_them_with_the_codes_of_the_page(cast: Cast) -> None:
    browser, address = world.client(cast.settings_admin), "/api/settings/admission/"
    read = browser.get(address).json()
    world.member(cast.branch, joined_on=dt.date(2016, 5, 1), application_form=False)
    wanted = read | {"strict_admission_from": "2016-01-01", "rectify_days": 60}
    seen = browser.post(address + "preview/", wanted, "application/json").json()
    assert (seen["now"]["strict"], seen["new"]["strict"]) == (0, 1)
    assert browser.get(address).json() == read
    wrong = wanted | {"strict_admission_from": "2016-01-02", "rectify_days": 0, "overage_from": 17}
    answer = browser.put(address, wrong, "application/json")
    assert answer.status_code == 422
    assert {(problem["field"], problem["code"]) for problem in answer.json()["problems"]} == {
        ("strict_admission_from", "settings.date"),
        ("rectify_days", "settings.days"),
        ("overage_from", "settings.overage"),
    }
    stored = browser.put(address, wanted, "application/json").json()
    assert (stored["rectify_days"], stored["strict_admission_from"]) == (60, "2016-01-01")
    assert stored["updated_at"] != read["updated_at"]
