"""The table URL × person: what everybody meets at every address.

    nobody    not signed in
    outsider  the admin of another city
    without   an insider who lacks the capability (default: a viewer of the city)
    insider   an insider who has it

Outside the scope → 404, inside without the capability → 403; an address that names no object
cannot be "outside", so there an outsider with the capability gets in (to the own things).
"""

from dataclasses import dataclass, field
from typing import Any

SIGN_IN = 302  # to the log-in page
API = 401


@dataclass(frozen=True, slots=True)
class Line:
    """One request and its four answers. `at` maps URL arguments to names of the cast's world."""

    name: str
    nobody: int
    outsider: int
    without: int
    insider: int
    at: dict[str, Any] = field(default_factory=dict)
    method: str = "GET"
    query: str = ""
    as_insider: str = "committee_admin"
    as_without: str = "viewer"
    data: dict[str, Any] = field(default_factory=dict)


COMMITTEE = {"pk": "committee"}
BRANCH = {"pk": "branch"}
AN_ADMIN = {"user": "committee_admin"}
BATCH = {"pk": "batch"}
ROW = {"pk": "batch", "number": "row"}
DAY = {"day": "day"}
CAMPAIGN = {"key": "henan-2018"}

TABLE: list[Line] = [
    # --- open to everybody -------------------------------------------------------------------
    Line("login", 200, 302, 302, 302),
    Line("register", 200, 200, 200, 200),
    Line("reset_password", 200, 200, 200, 200),
    Line("healthz", 200, 200, 200, 200),
    Line("readyz", 200, 200, 200, 200),
    # --- whoever is signed in ----------------------------------------------------------------
    Line("home", 302, 200, 200, 200),
    Line("rules", 302, 200, 200, 200),
    Line("privacy", 302, 200, 200, 200),
    Line("api_docs", 401, 200, 200, 200),
    Line("api_schema", 401, 200, 200, 200),
    Line("api_me", 401, 200, 200, 200),
    Line("password_change", 302, 200, 200, 200),
    Line("logout", 302, 405, 405, 405),
    Line("logout", 302, 302, 302, 302, method="POST"),
    Line("switch_unit", 302, 405, 405, 405),
    Line("switch_unit", 302, 404, 403, 302, method="POST", data={"unit": "committee"}),
    # --- units -------------------------------------------------------------------------------
    Line("unit_list", 302, 200, 403, 200, as_without="stranger"),
    Line("unit_tree", 302, 200, 403, 200, as_without="stranger"),
    Line("unit_detail", 302, 404, 403, 200, COMMITTEE, as_without="stranger"),
    Line("unit_children", 302, 404, 403, 302, COMMITTEE, as_without="stranger"),
    Line("unit_tree", 302, 404, 403, 200, query="?open={committee}", as_without="stranger"),
    Line("unit_pick", 302, 302, 403, 302, as_without="stranger"),
    Line("unit_edit", 302, 404, 403, 200, COMMITTEE),
    Line("unit_edit", 302, 404, 403, 302, COMMITTEE, method="POST", data={"phone": ""}),
    Line("unit_create", 302, 404, 403, 200, {"parent_pk": "committee"}),
    Line("unit_create", 302, 404, 403, 403, {"parent_pk": "committee"}, as_insider="secretary"),
    Line("unit_create", 302, 404, 403, 403, {"parent_pk": "branch"}),
    Line("unit_create", 302, 404, 403, 200, {"parent_pk": "committee"}, method="POST"),
    Line("api_units", 401, 200, 403, 200, as_without="stranger"),
    Line("api_units", 401, 400, 403, 400, method="POST"),
    Line("api_unit", 401, 404, 403, 200, COMMITTEE, as_without="stranger"),
    # --- administrators ----------------------------------------------------------------------
    Line("unit_admins", 302, 404, 403, 200, COMMITTEE, as_insider="county_admin"),
    Line("unit_admins", 302, 404, 403, 403, COMMITTEE),
    Line("code_issue", 302, 404, 403, 302, COMMITTEE, "POST", as_insider="county_admin"),
    Line("code_issue", 302, 404, 403, 403, COMMITTEE, "POST"),
    Line("admin_reset", 302, 404, 403, 302, COMMITTEE, "POST", as_insider="county_admin", data=AN_ADMIN),
    Line("admin_reset", 302, 404, 403, 404, COMMITTEE, "POST", as_insider="county_admin"),
    Line("admin_dismiss", 302, 404, 403, 302, COMMITTEE, "POST", as_insider="city_admin", data=AN_ADMIN),
    Line("unit_codes", 302, 404, 403, 200, COMMITTEE),
    Line("unit_codes", 302, 404, 403, 302, COMMITTEE, "POST"),
    Line("code_sheet", 302, 404, 403, 200, COMMITTEE),
    Line("code_workbook", 302, 404, 403, 200, COMMITTEE, "POST"),
    Line("api_code_issue", 401, 404, 403, 200, BRANCH, "POST"),
    Line("api_code_issue", 401, 404, 403, 403, COMMITTEE, "POST"),
    Line("api_admin_reset", 401, 404, 403, 404, BRANCH, "POST", data={"username": "nobody"}),
    Line("api_admin_dismiss", 401, 404, 403, 404, BRANCH, "POST", data={"username": "nobody"}),
    # --- the trail -----------------------------------------------------------------------------
    Line("audit_list", 302, 403, 403, 200, as_insider="auditor"),
    Line("audit_list", 302, 403, 403, 200, query="?unit=HN010101", as_insider="auditor"),
    Line("audit_list", 302, 403, 403, 404, query="?unit=HN9999", as_insider="auditor"),
    Line("audit_chain", 302, 403, 403, 200, method="POST", as_insider="auditor"),
    # --- the desk: units reshaped --------------------------------------------------------------
    Line("small_units", 302, 200, 403, 200),
    Line("health", 302, 200, 403, 200, as_without="stranger"),
    Line("health", 302, 404, 403, 200, query="?unit={committee}", as_without="stranger"),
    Line("health_export", 302, 404, 403, 200, {}, "POST", data={"unit": "committee"}, as_without="stranger"),
    Line("unit_merge", 302, 404, 403, 200, BRANCH),
    Line("unit_merge", 302, 404, 403, 403, BRANCH, as_insider="secretary"),
    Line("unit_merge", 302, 404, 403, 302, BRANCH, "POST", data={"into": "second_branch"}),
    Line("unit_merge", 302, 404, 403, 404, BRANCH, "POST", data={"into": "other_branch"}),
    Line("unit_close", 302, 404, 403, 200, BRANCH),
    Line("unit_close", 302, 404, 403, 302, {"pk": "third_branch"}, "POST"),
    Line("unit_reopen", 302, 404, 403, 302, BRANCH, "POST"),
    Line("unit_move", 302, 404, 403, 200, BRANCH),
    Line("unit_move", 302, 404, 403, 403, BRANCH, "POST", data={"parent": "town"}, as_insider="secretary"),
    Line("unit_move", 302, 404, 403, 404, BRANCH, "POST", data={"parent": "other_committee"}),
    Line("unit_move", 302, 404, 403, 302, BRANCH, "POST", as_insider="county_admin", data={"parent": "town"}),
    Line("unit_rename", 302, 404, 403, 200, BRANCH),
    Line("unit_rename", 302, 404, 403, 302, BRANCH, "POST", data={"short_name": "新一班团支部"}),
    Line("api_unit_merge", 401, 404, 403, 200, BRANCH, "POST", data={"unit": "second_branch"}),
    Line("api_unit_merge", 401, 404, 403, 404, BRANCH, "POST", data={"unit": "other_branch"}),
    Line(
        "api_unit_move", 401, 404, 403, 200, BRANCH, "POST", as_insider="county_admin", data={"unit": "town"}
    ),
    Line("api_unit_close", 401, 404, 403, 422, BRANCH, "POST"),
    Line("api_unit_reopen", 401, 404, 403, 422, BRANCH, "POST"),
    Line("api_unit_rename", 401, 404, 403, 200, BRANCH, "POST", data={"short_name": "新一班团支部"}),
    # --- members and cadres ------------------------------------------------------------------
    Line("member_list", 302, 200, 403, 200),
    Line("member_list", 302, 404, 403, 200, query="?branch={branch}"),
    Line("member_detail", 302, 404, 403, 200, {"pk": "member"}),
    Line("member_enter", 302, 404, 403, 200, {"branch_pk": "branch"}),
    Line("member_enter", 302, 404, 403, 403, {"branch_pk": "branch"}, as_insider="county_admin"),
    Line("member_enter", 302, 404, 403, 200, {"branch_pk": "branch"}, method="POST"),
    Line("member_check", 302, 405, 403, 405, {"branch_pk": "branch"}),
    Line("member_check", 302, 404, 403, 200, {"branch_pk": "branch"}, method="POST"),
    Line("member_correct", 302, 404, 403, 200, {"pk": "member"}),
    Line("member_correct", 302, 404, 403, 403, {"pk": "member"}, as_insider="city_admin"),
    Line("member_correct", 302, 404, 403, 200, {"pk": "member"}, method="POST"),
    Line("member_identity", 302, 404, 403, 200, {"pk": "member"}),
    Line("member_identity", 302, 404, 403, 403, {"pk": "member"}, as_insider="city_admin"),
    Line("member_identity", 302, 404, 403, 200, {"pk": "member"}, method="POST"),
    Line("member_dispute", 302, 404, 403, 200, {"branch_pk": "branch"}),
    Line("member_dispute", 302, 404, 403, 403, {"branch_pk": "branch"}, as_insider="county_admin"),
    Line("member_dispute", 302, 404, 403, 200, {"branch_pk": "branch"}, method="POST"),
    Line("person_correct", 302, 404, 403, 200, {"pk": "person"}),
    Line("person_correct", 302, 404, 403, 200, {"pk": "person"}, method="POST"),
    Line("correction_detail", 302, 404, 403, 200, {"pk": "correction"}),
    Line("correction_detail", 302, 404, 403, 200, {"pk": "correction"}, "POST"),
    Line("member_transfer", 302, 405, 403, 405),
    Line("member_transfer", 302, 404, 403, 200, method="POST", data={"member": "member"}),
    Line("member_withdraw", 302, 405, 403, 405),
    Line("member_withdraw", 302, 404, 403, 200, method="POST", data={"member": "member"}),
    Line(
        "member_withdraw",
        302,
        404,
        403,
        403,
        method="POST",
        data={"member": "member"},
        as_insider="city_admin",
    ),
    Line("member_claim", 302, 404, 403, 200, {"branch_pk": "branch"}),
    Line("member_claim", 302, 404, 403, 200, {"branch_pk": "branch"}, method="POST"),
    Line("admission_settings", 302, 403, 403, 200, as_insider="settings_admin"),
    Line("admission_settings", 302, 403, 403, 200, as_insider="province_admin", method="POST"),
    Line("member_export", 302, 200, 403, 200),
    Line("member_export", 302, 404, 403, 200, query="?unit={branch}", method="POST", data={"purpose": "x"}),
    Line("member_print", 302, 200, 403, 200),
    Line("member_print", 302, 404, 403, 200, query="?unit={branch}"),
    Line("member_paste", 302, 200, 403, 200),
    Line("member_paste", 302, 404, 403, 200, query="?unit={branch}", method="POST", data={"list": "x"}),
    Line("member_reveal", 302, 403, 403, 403, {"pk": "member"}, method="POST"),
    Line("case_list", 302, 200, 403, 200),
    Line("case_detail", 302, 404, 403, 200, {"pk": "case"}),
    Line("case_detail", 302, 404, 403, 302, {"pk": "case"}, method="POST", data={"act": "grant"}),
    Line(
        "case_detail",
        302,
        404,
        403,
        403,
        {"pk": "case"},
        method="POST",
        data={"act": "grant"},
        as_insider="secretary",
    ),
    Line("youth_list", 302, 200, 403, 200),
    Line("youth_list", 302, 404, 403, 200, query="?unit={branch}"),
    Line("youth_add", 302, 404, 403, 200, {"branch_pk": "branch"}),
    Line("youth_add", 302, 404, 403, 200, {"branch_pk": "branch"}, method="POST"),
    Line("youth_detail", 302, 404, 403, 200, {"pk": "youth"}),
    Line("youth_mend", 302, 404, 403, 200, {"pk": "youth"}),
    Line("youth_mend", 302, 404, 403, 403, {"pk": "youth"}, as_insider="city_admin"),
    Line("youth_mend", 302, 404, 403, 200, {"pk": "youth"}, method="POST"),
    Line("youth_act", 302, 405, 403, 405, {"pk": "youth"}),
    Line(
        "youth_act", 302, 404, 403, 302, {"pk": "youth"}, method="POST", data={"act": "dismiss", "words": "x"}
    ),
    Line(
        "youth_act",
        302,
        404,
        403,
        403,
        {"pk": "youth"},
        method="POST",
        data={"act": "release", "words": "x"},
        as_insider="secretary",
    ),
    Line("youth_document", 302, 404, 403, 200, {"pk": "youth", "document_pk": "document"}),
    Line("cadre_list", 302, 200, 403, 200),
    Line("cadre_list", 302, 404, 403, 200, query="?unit={committee}"),
    Line("cadre_export", 302, 200, 403, 200, method="POST"),
    Line("cadre_export", 302, 404, 403, 200, method="POST", query="?unit={committee}"),
    Line("cadre_missing", 302, 200, 403, 200),
    Line("cadre_missing", 302, 404, 403, 200, query="?unit={committee}"),
    Line("cadre_unit", 302, 404, 403, 200, {"unit_pk": "committee"}),
    Line("cadre_unit", 302, 404, 403, 200, {"unit_pk": "county"}, as_insider="county_admin"),
    Line("cadre_chart", 302, 404, 403, 200, {"unit_pk": "committee"}),
    Line("cadre_declare", 302, 404, 403, 302, {"unit_pk": "committee"}, method="POST"),
    Line("cadre_declare", 302, 404, 403, 403, {"unit_pk": "county"}, "POST", as_insider="city_admin"),
    Line("cadre_enter", 302, 404, 403, 200, {"unit_pk": "committee"}),
    Line("cadre_enter", 302, 404, 403, 403, {"unit_pk": "committee"}, as_insider="county_admin"),
    Line("cadre_enter", 302, 404, 403, 200, {"unit_pk": "committee"}, method="POST"),
    Line("cadre_detail", 302, 404, 403, 200, {"pk": "cadre"}),
    Line("cadre_keep", 302, 404, 403, 200, {"pk": "cadre"}),
    Line("cadre_keep", 302, 404, 403, 403, {"pk": "cadre"}, as_insider="county_admin"),
    Line("cadre_keep", 302, 404, 403, 200, {"pk": "cadre"}, method="POST"),
    Line("cadre_depart", 302, 404, 403, 200, {"pk": "cadre"}),
    Line("cadre_depart", 302, 404, 403, 403, {"pk": "cadre"}, "POST", as_insider="county_admin"),
    Line("api_members", 401, 200, 403, 200),
    Line("api_people", 401, 200, 403, 200),
    Line("api_member_transfer", 401, 400, 403, 400, method="POST"),
    Line("api_member_withdraw", 401, 400, 403, 400, method="POST"),
    Line("api_members", 401, 422, 403, 422, method="POST"),
    Line("api_member", 401, 404, 403, 200, {"pk": "member"}),
    Line("api_cadres", 401, 200, 403, 200),
    Line("api_cadres", 401, 422, 403, 422, method="POST"),
    Line("api_cadre", 401, 404, 403, 200, {"pk": "cadre"}),
    Line("api_cadre_keep", 401, 404, 403, 422, {"pk": "cadre"}, method="POST"),
    Line("api_cadre_depart", 401, 404, 403, 400, {"pk": "cadre"}, method="POST"),
    Line("api_cadre_declare", 401, 422, 403, 422, method="POST"),
    # --- the import desk ---------------------------------------------------------------------
    Line("import_list", 302, 200, 403, 200),
    Line("import_upload", 302, 200, 403, 200),
    Line("import_upload", 302, 404, 403, 200, query="?kind=members&unit={committee}"),
    Line("import_blank", 302, 404, 403, 200, {"kind": "members", "unit_pk": "committee"}),
    Line("import_batch", 302, 404, 404, 200, BATCH),
    Line("import_progress", 302, 404, 404, 200, BATCH),
    Line("import_check", 302, 404, 404, 302, BATCH, method="POST"),
    Line("import_attest", 302, 404, 404, 302, BATCH, method="POST"),
    Line("import_commit", 302, 404, 404, 302, BATCH, method="POST"),
    Line("import_open_rows", 302, 404, 404, 200, BATCH),
    Line("import_carry_on", 302, 404, 404, 302, BATCH, method="POST"),
    Line("import_row", 302, 404, 404, 200, ROW),
    Line("import_row", 302, 404, 404, 302, ROW, method="POST", data={"full_name": "张三"}),
    Line("import_skip_row", 302, 404, 404, 302, ROW, method="POST"),
    Line("api_imports", 401, 200, 403, 200),
    Line("api_imports", 401, 400, 403, 400, method="POST"),
    Line("api_import", 401, 404, 404, 200, BATCH),
    Line("api_import_rows", 401, 404, 404, 200, BATCH),
    Line("api_import_commit", 401, 404, 404, 422, BATCH, method="POST"),
    # --- progress ----------------------------------------------------------------------------
    Line("bulletin_latest", 302, 200, 403, 200, as_without="auditor"),
    Line("campaign", 302, 200, 403, 200, as_without="auditor"),
    Line("bulletin", 302, 200, 403, 200, DAY, as_without="auditor"),
    Line("bulletin", 302, 404, 403, 200, DAY, query="?unit=HN010101", as_without="auditor"),
    Line("bulletin", 302, 404, 403, 404, {"day": "day_done"}, as_without="auditor"),
    Line("bulletin", 302, 404, 404, 200, {"day": "day_done"}, as_insider="staff"),
    Line(
        "bulletin_publish",
        302,
        403,
        403,
        302,
        {"day": "day_done"},
        method="POST",
        as_insider="staff",
        data={"revision": "1"},
    ),
    Line("baselines", 302, 200, 403, 200, as_without="auditor"),
    Line("baselines", 302, 404, 403, 200, query="?unit=HN010101", as_without="auditor"),
    Line("baselines", 302, 200, 403, 200, method="POST", as_insider="county_admin"),
    Line("adjustments", 302, 200, 403, 200, as_without="auditor"),
    Line("adjustments", 302, 200, 403, 200, method="POST", as_insider="county_admin"),
    Line("adjustment_decide", 302, 404, 403, 404, {"pk": "member"}, "POST", as_insider="county_admin"),
    Line("completions", 302, 200, 403, 200, as_without="auditor"),
    Line("completions", 302, 302, 403, 302, method="POST", as_insider="secretary"),
    Line("completion_decide", 302, 404, 403, 404, {"pk": "member"}, "POST"),
    Line("completion_withdraw", 302, 404, 403, 404, {"pk": "member"}, "POST", as_insider="secretary"),
    Line("campaign_list", 302, 403, 403, 200, as_insider="settings_admin"),
    Line("campaign_list", 302, 403, 403, 200, method="POST", as_insider="settings_admin"),
    Line("campaign_of", 302, 200, 403, 200, CAMPAIGN, as_without="auditor"),
    Line("campaign_of", 302, 404, 403, 404, {"key": "nothing"}, as_without="auditor"),
    Line("campaign_edit", 302, 403, 403, 200, CAMPAIGN, as_insider="settings_admin"),
    Line("campaign_edit", 302, 403, 403, 200, CAMPAIGN, "POST", as_insider="settings_admin"),
    Line("campaign_switch", 302, 403, 403, 405, CAMPAIGN, as_insider="settings_admin"),
    Line("campaign_switch", 302, 403, 403, 302, CAMPAIGN, "POST", as_insider="settings_admin"),
    Line("campaign_rehearse", 302, 403, 403, 302, CAMPAIGN, "POST", as_insider="settings_admin"),
    Line("bulletin_of", 302, 200, 403, 200, CAMPAIGN | DAY, as_without="auditor"),
    Line("bulletin_of", 302, 404, 403, 200, CAMPAIGN | DAY, query="?unit=HN010101", as_without="auditor"),
    Line("early_openings", 302, 200, 403, 200, as_without="auditor"),
    Line("early_openings", 302, 200, 403, 200, method="POST", as_insider="city_admin"),
    Line("early_opening_decide", 302, 403, 403, 404, {"pk": "member"}, "POST", as_insider="staff"),
    Line("bulletin_outputs", 302, 200, 403, 200, DAY, as_without="auditor"),
    Line("bulletin_outputs", 302, 404, 403, 200, DAY, query="?unit=HN010101", as_without="auditor"),
    Line("bulletin_file", 302, 200, 403, 200, DAY | {"format": "txt"}, as_without="auditor"),
    Line("bulletin_file", 302, 404, 404, 200, {"day": "day_done", "format": "txt"}, as_insider="staff"),
    Line("api_bulletins", 401, 200, 403, 200, as_without="auditor"),
    Line("api_bulletin", 401, 200, 403, 200, DAY, as_without="auditor"),
    Line("api_baselines", 401, 200, 403, 200, as_without="auditor"),
]
