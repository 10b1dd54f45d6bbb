"""The command that compares the numbers of the tree with the parent pointers."""

import json

import pytest
from django.core.management import call_command

from orgs.models import OrgUnit

pytestmark = pytest.mark.django_db


def run(capsys, *options: str) -> tuple[int, dict]:
    try:
        call_command("check_tree", "--json", *options)
        status = 0
    except SystemExit as end:
        status = end.code
    return status, json.loads(capsys.readouterr().out)


def test_a_sound_tree_passes(cast, capsys):
    assert run(capsys) == (0, {"units": 13, "faults": 0, "examples": []})


def test_faults_are_told_and_then_mended(cast, capsys):
    OrgUnit.objects.filter(pk=cast.village.pk).update(lft=1, rght=2, level=0)
    status, found = run(capsys)
    assert (status, found["units"]) == (1, 13)
    assert found["faults"] >= 2
    assert {"unit_id", "code", "short_name", "what"} == found["examples"][0].keys()
    status, mended = run(capsys, "--repair")
    assert (status, mended["faults"]) == (0, 0)
    assert run(capsys)[0] == 0


def test_what_cannot_be_mended_stays_a_fault(cast, capsys):
    OrgUnit.objects.filter(pk=cast.county.pk).update(parent=cast.town)
    status, found = run(capsys, "--repair")
    assert (status, found["faults"] > 0) == (1, True)


def test_it_also_speaks_chinese(cast, capsys):
    OrgUnit.objects.filter(pk=cast.village.pk).update(level=0)
    with pytest.raises(SystemExit):
        call_command("check_tree")
    said = capsys.readouterr().out
    assert "1 处编号错误" in said
    assert "小寨村团支部（HN01010201）" in said
