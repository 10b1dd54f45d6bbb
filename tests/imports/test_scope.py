"""Who sees which batch, and for which unit one may import."""

import pytest
from django.core.exceptions import PermissionDenied
from django.urls import reverse

from zhtj.imports import queries
from zhtj.imports.registry import KINDS

from orgs.models import OrgUnit
from orgs.scopes import actor_for, scope_of

from tests import world


def units(user, kind="fruit"):
    return {unit.short_name for unit in queries.importing_units(scope_of(user), KINDS[kind])}


def test_one_imports_for_the_own_branch_and_for_the_direct_ones_below(cast):
    assert units(cast.secretary) == {"高一1班团支部"}
    assert units(cast.committee_admin) == {
        "第一中学团委",
        "高一1班团支部",
        "高一2班团支部",
        "高一3班团支部",
    }


def test_a_unit_without_direct_branches_below_may_still_hold_some_later(cast):
    assert units(cast.county_admin) == {"中原团区委"}


def test_units_are_imported_for_whatever_can_have_children(cast):
    assert units(cast.county_admin, "units") == {"中原团区委", "第一中学团委", "须水镇团委"}
    assert units(cast.secretary, "units") == set()
    assert "units" not in [kind.key for kind in queries.kinds(scope_of(cast.secretary))]


def test_what_may_be_imported_for_a_unit_is_what_the_unit_is_offered_for(cast):
    people = [cast.secretary, cast.committee_admin, cast.county_admin, cast.province_admin, cast.viewer]
    found = {
        (user, unit, kind)
        for user in people
        for unit in OrgUnit.objects.all()
        for kind in KINDS
        if kind in queries.importable(scope_of(user), unit)
    }
    offered = {
        (user, unit, key)
        for user in people
        for key, kind in KINDS.items()
        for unit in queries.importing_units(scope_of(user), kind)
    }
    assert found == offered
    assert {key for _, _, key in found} >= {"members", "cadres", "units", "baselines"}


@pytest.mark.parametrize("who", ["stranger", "viewer", "auditor", "staff", "settings_admin"])
def test_who_enters_nobody_has_no_import(cast, who):
    user = getattr(cast, who)
    assert queries.kinds(scope_of(user)) == []
    assert world.client(user).get(reverse("import_list")).status_code == 403


def test_an_upload_for_a_foreign_unit_is_forbidden(uploaded, cast):
    with pytest.raises(PermissionDenied):
        uploaded([("苹果", "3")], unit=cast.other_branch)
    with pytest.raises(PermissionDenied):
        uploaded([("苹果", "3")], unit=cast.second_branch)


def test_the_superior_who_may_enter_there_sees_the_batch_others_do_not(checked, cast):
    batch = checked([("坏苹果", "3")])
    seen = {
        name
        for name in ("secretary", "committee_admin", "county_admin", "outsider", "village_admin", "viewer")
        if queries.batches(scope_of(getattr(cast, name))).filter(pk=batch.pk).exists()
    }
    assert seen == {"secretary", "committee_admin"}


ADDRESSES = [
    ("import_batch", "GET"),
    ("import_progress", "GET"),
    ("import_open_rows", "GET"),
    ("import_row", "GET"),
    ("import_row", "POST"),
    ("import_skip_row", "POST"),
    ("import_check", "POST"),
    ("import_attest", "POST"),
    ("import_commit", "POST"),
    ("import_carry_on", "POST"),
]


@pytest.mark.parametrize(("name", "method"), ADDRESSES)
def test_a_foreign_batch_does_not_exist(checked, cast, name, method):
    batch = checked([("坏苹果", "3")])
    values = [batch.pk, 2] if "row" in name and name != "import_open_rows" else [batch.pk]
    client = world.client(cast.outsider)
    answer = client.generic(method, reverse(name, args=values))
    assert answer.status_code == 404
    batch.refresh_from_db()
    assert (batch.state, batch.revision) == ("checked", 1)


def test_a_blank_workbook_of_a_foreign_unit_does_not_exist(cast):
    client = world.client(cast.secretary)
    assert client.get(reverse("import_blank", args=["fruit", cast.other_branch.pk])).status_code == 404
    assert client.get(reverse("import_blank", args=["fruit", cast.branch.pk])).status_code == 200
    assert client.get(reverse("import_blank", args=["nothing", cast.branch.pk])).status_code == 404


def test_a_unit_one_sees_but_may_not_import_for_is_forbidden(cast):
    client = world.client(cast.county_admin)
    assert client.get(reverse("import_blank", args=["fruit", cast.branch.pk])).status_code == 403


def test_the_list_shows_ones_own_on_request(checked, cast):
    checked([("苹果", "3")], file_name="甲的.xlsx")
    client = world.client(cast.committee_admin)
    assert "甲的.xlsx" in client.get(reverse("import_list")).content.decode()
    assert "甲的.xlsx" not in client.get(reverse("import_list") + "?mine").content.decode()


def test_a_colleague_of_the_same_scope_may_commit(checked, cast, stall):
    from zhtj.imports import actions, pipeline

    batch = checked([("苹果", "3")])
    assert actions.ask_commit(actor_for(cast.committee_admin), batch=batch)
    pipeline.commit(batch.pk)
    batch.refresh_from_db()
    assert (batch.state, batch.committed_by) == ("committed", cast.committee_admin)
