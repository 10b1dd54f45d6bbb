"""The demo workbook shipped with the code: the rows the README promises, judged by the real rules."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from zhtj.demo import workbook
from zhtj.demo.seed import seed_demo
from zhtj.lib import days
from zhtj.lib.sheets import Limits, read_rows

from orgs.models import User

FAULTS = {
    "national_id.lost_digits",
    "national_id.checksum",
    "joined_on.format",
    "ethnicity.unknown",
    "full_name.missing",
    "post.unknown",
    "national_id.twice_in_file",
    "national_id.elsewhere",
    "joined_on.under_age",
    "development_number.missing",
    "development_number.twice_in_file",  # of the doubled row
}


def test_forty_rows_with_the_figures_named():
    assert len(workbook.rows()) == 40 == workbook.GOOD + workbook.MENDABLE + workbook.TO_RECTIFY


def test_the_shipped_file_is_the_one_the_code_writes(tmp_path):
    workbook.write(tmp_path / "new.xlsx")
    limits = Limits()
    new = read_rows((tmp_path / "new.xlsx").read_bytes(), "new.xlsx", limits=limits)
    shipped = read_rows(workbook.FILE.read_bytes(), workbook.FILE.name, limits=limits)
    assert [sheet.rows for sheet in new] == [sheet.rows for sheet in shipped]


@pytest.mark.django_db
def test_it_shows_the_usual_faults_and_no_others():
    seed_demo("small", seed=2018, now=days.now())
    report = check_it()
    assert (report["ok"], report["mend"], report["rectify"]) == (29, 9, 2)
    assert {problem["code"] for problem in report["problems"] if problem["severity"] == "error"} == FAULTS


def check_it():
    secretary = User.objects.get(username="branch")
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command(
            "import_workbook",
            "members",
            str(workbook.FILE),
            "--unit",
            secretary.acting_unit.code,
            "--actor",
            secretary.username,
            "--json",
            stdout=out,
        )
    return json.loads(out.getvalue())
