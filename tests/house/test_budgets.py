"""Query budgets: a fixed number a page, the same at two sizes."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests import world
from tests.house.stage import Stage, resolved

# URL name: (who, arguments, query string, queries). Session, user and grants are three of them,
# the frame's unit one more.
BUDGETS: dict[str, tuple[str, dict[str, Any], str, int]] = {
    "home": ("committee_admin", {}, "", 34),
    "rules": ("committee_admin", {}, "", 6),
    "unit_list": ("committee_admin", {}, "", 7),
    "unit_tree": ("committee_admin", {}, "", 6),
    "unit_detail": ("committee_admin", {"pk": "committee"}, "", 14),
    "unit_children": ("committee_admin", {"pk": "committee"}, "", 5),
    "unit_pick": ("committee_admin", {}, "?q=高", 6),
    "unit_edit": ("committee_admin", {"pk": "committee"}, "", 8),
    "unit_create": ("committee_admin", {"parent_pk": "committee"}, "", 8),
    "member_list": ("committee_admin", {}, "", 13),
    "member_export": ("committee_admin", {}, "?sex=male", 8),
    "member_detail": ("secretary", {"pk": "member"}, "", 12),
    "admission_settings": ("settings_admin", {}, "", 5),
    "case_list": ("committee_admin", {}, "", 9),
    "person_correct": ("city_admin", {"pk": "person"}, "", 9),
    "correction_detail": ("secretary", {"pk": "correction"}, "", 7),
    "youth_list": ("committee_admin", {}, "", 12),
    "api_youths": ("committee_admin", {}, "", 5),
    "api_youth_progress": ("committee_admin", {}, "", 7),
    "retention_settings": ("province_admin", {}, "", 5),
    "privacy": ("committee_admin", {}, "", 5),
    "api_people": ("committee_admin", {}, "", 6),
    "member_enter": ("secretary", {"branch_pk": "branch"}, "", 10),
    "member_correct": ("secretary", {"pk": "member"}, "", 11),
    "import_list": ("committee_admin", {}, "", 6),
    "import_upload": ("committee_admin", {}, "", 6),
    "import_batch": ("committee_admin", {"pk": "batch"}, "", 7),
    "import_row": ("committee_admin", {"pk": "batch", "number": "row"}, "", 7),
    "import_branches": ("committee_admin", {}, "", 10),
    "cadre_list": ("committee_admin", {}, "", 11),
    "cadre_print": ("committee_admin", {}, "", 11),
    "cadre_missing": ("county_admin", {}, "", 9),
    "cadre_organs": ("city_admin", {}, "", 14),
    "cadre_unit": ("county_admin", {"unit_pk": "county"}, "", 13),
    "cadre_chart": ("county_admin", {"unit_pk": "county"}, "", 10),
    "cadre_detail": ("committee_admin", {"pk": "cadre"}, "", 13),
    "cadre_enter": ("committee_admin", {"unit_pk": "committee"}, "", 8),
    "cadre_keep": ("committee_admin", {"pk": "cadre"}, "", 12),
    "cadre_depart": ("committee_admin", {"pk": "cadre"}, "", 8),
    "api_cadres": ("committee_admin", {}, "", 5),
    "api_cadre_organs": ("city_admin", {}, "", 10),
    "bulletin_latest": ("committee_admin", {}, "", 19),
    "bulletin_overview": ("committee_admin", {"day": "day"}, "", 14),
    "bulletin_trend": ("committee_admin", {"day": "day"}, "", 18),
    "bulletin_compare": ("committee_admin", {"day": "day"}, "", 26),
    "bulletin_behind": ("committee_admin", {"day": "day", "figure": "branches_empty"}, "", 13),
    "campaign": ("committee_admin", {}, "", 8),
    "campaign_list": ("settings_admin", {}, "", 5),
    "campaign_edit": ("settings_admin", {"key": "henan-2018"}, "", 6),
    "baselines": ("county_admin", {}, "", 17),
    "form2017": ("county_admin", {}, "", 15),
    "adjustments": ("committee_admin", {}, "", 8),
    "completions": ("secretary", {}, "", 9),
    "early_openings": ("city_admin", {}, "", 9),
    "spot_checks": ("committee_admin", {}, "", 5),
    "api_me": ("committee_admin", {}, "", 4),
    "audit_list": ("auditor", {}, "", 11),
    "api_audit": ("auditor", {}, "", 4),
    "unit_admins": ("county_admin", {"pk": "committee"}, "", 13),
    "unit_codes": ("committee_admin", {"pk": "committee"}, "", 10),
    "small_units": ("county_admin", {}, "", 9),
    "unit_merge": ("committee_admin", {"pk": "branch"}, "", 10),
    "health": ("county_admin", {}, "", 16),
    "api_units": ("committee_admin", {}, "", 4),
    "api_health": ("county_admin", {}, "", 12),
    "api_small_units": ("county_admin", {}, "", 7),
    "api_unit_admins": ("county_admin", {"pk": "committee"}, "", 8),
    "api_members": ("committee_admin", {}, "", 6),
    "api_imports": ("committee_admin", {}, "", 4),
    "api_bulletins": ("committee_admin", {}, "", 5),
    "api_campaigns": ("committee_admin", {}, "", 6),
    "api_baselines": ("committee_admin", {}, "", 4),
    "api_completions": ("committee_admin", {}, "", 4),
    "api_spot_checks": ("committee_admin", {}, "", 4),
    "api_bulletin": ("committee_admin", {"day": "day"}, "", 13),
}


@pytest.mark.parametrize("name", BUDGETS)
def test_a_page_costs_its_fixed_number_of_queries(name: str, stage: Stage) -> None:
    person, at, query, budget = BUDGETS[name]
    client = world.client(getattr(stage, person))
    url = reverse(name, kwargs=resolved(stage, at)) + query
    queries(client, url)  # what a process asks only once
    assert queries(client, url) == budget
    for number in range(8):
        world.branch(stage.committee, f"高二{number}班团支部")
        world.members(stage.branch, 3)
    assert queries(client, url) == budget, "the same with more rows"


def queries(client: Any, url: str) -> int:
    """How many statements the page asks; a lock is one on PostgreSQL alone and does not count."""
    with CaptureQueriesContext(connection) as captured:
        answer = client.get(url, headers={"hx-request": "true"} if "children" in url or "pick" in url else {})
    assert answer.status_code == 200
    return sum("pg_advisory" not in query["sql"] for query in captured)
