"""The baselines workbook: every code, what is unchanged or updated, what a commit writes."""

import datetime as dt
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import connection
from django.test.utils import CaptureQueriesContext

from zhtj.lib import days
from zhtj.lib.workbook import Context, Judged, Outcome, Row, WorldMoved

from orgs.kinds import Domain, Industry, UnitKind
from orgs.models import AuditEntry, OrgUnit, User
from progress.actions import Expected, enter_baselines
from progress.imports import COLUMNS, KIND, BaselineImporter
from progress.models import Baseline, Campaign

from tests import world
from tests.progress.conftest import Scene

pytestmark = pytest.mark.django_db


def importer(scene: Scene, unit: OrgUnit | None = None, user: User | None = None) -> BaselineImporter:
    actor = world.actor(user or scene.cast.city_admin, "import")
    return BaselineImporter(Context(actor, unit or scene.cast.city, days.today(), batch_id=7))


def judge(desk: BaselineImporter, *cells: dict[str, Any]) -> list[Judged]:
    return desk.judge(
        [Row(number, dict(row)) for number, row in enumerate(cells, start=2)], lambda done: None
    )


def row(**cells: Any) -> dict[str, Any]:
    return {"unit": "HN0101", "domain": "学校", "member_count": 120.0, **cells}


def codes(judged: Judged) -> list[tuple[str, str]]:
    return [(problem.field, problem.code) for problem in judged.problems]


@pytest.mark.parametrize(
    ("cells", "expected"),
    [
        ({"unit": None}, [("unit", "unit.missing")]),
        ({"unit": "　"}, [("unit", "unit.missing")]),
        ({"unit": "没有这个团委"}, [("unit", "unit.unknown")]),
        ({"unit": "HN02"}, [("unit", "unit.out_of_scope")]),  # another city
        ({"unit": "HN"}, [("unit", "unit.out_of_scope")]),  # the superior
        ({"unit": "HN01"}, [("unit", "unit.out_of_scope")]),  # oneself: stated by the superior
        ({"unit": "郑州团市委"}, [("unit", "unit.out_of_scope")]),
        ({"domain": ""}, [("domain", "domain.missing")]),
        ({"domain": "火星"}, [("domain", "domain.unknown")]),
        ({"member_count": None}, [("member_count", "count.missing")]),
        ({"member_count": "一百"}, [("member_count", "count.format")]),
        ({"member_count": -1}, [("member_count", "count.format")]),
        ({"member_count": 1.5}, [("member_count", "count.format")]),
        ({"member_count": True}, [("member_count", "count.format")]),
        ({"member_count": float("inf")}, [("member_count", "count.format")]),
        ({"member_count": dt.date(2018, 1, 1)}, [("member_count", "count.format")]),
        ({"member_count": 10_000_001}, [("member_count", "count.format")]),
        ({"member_count": "1,20"}, [("member_count", "count.format")]),
        ({"branch_count": "若干"}, [("branch_count", "count.format")]),
        ({"cadre_count": "x" * 9999}, [("cadre_count", "count.format")]),
        (
            {"unit": "\x00", "domain": "\ud800", "member_count": "\u202e"},
            [("unit", "unit.unknown"), ("domain", "domain.unknown"), ("member_count", "count.missing")],
        ),
    ],
)
def test_everything_wrong_with_a_row_is_named(
    scene: Scene, cells: dict[str, Any], expected: list[tuple[str, str]]
) -> None:
    (judged,) = judge(importer(scene), row(**cells))
    assert (judged.outcome, codes(judged)) == (Outcome.MEND, expected)


@pytest.mark.parametrize(
    ("cells", "figures"),
    [
        ({}, (120, None, None)),
        ({"member_count": 0}, (0, None, None)),
        ({"member_count": 10_000_000}, (10_000_000, None, None)),
        ({"member_count": " １，２００ "}, (1200, None, None)),
        ({"branch_count": "3", "cadre_count": 9}, (120, 3, 9)),
        ({"unit": "中原团区委"}, (120, None, None)),
        ({"unit": "第一中学团委"}, (120, None, None)),  # deeper than a child
        ({"domain": "非公经济组织"}, (120, None, None)),
    ],
)
def test_a_good_row_is_read(scene: Scene, cells: dict[str, Any], figures: tuple[Any, ...]) -> None:
    (judged,) = judge(importer(scene), row(**cells))
    assert (judged.outcome, judged.problems) == (Outcome.OK, [])
    stated = Expected(**judged.entry["figures"])
    assert (stated.member_count, stated.branch_count, stated.cadre_count) == figures


def test_a_name_borne_by_two_units_is_ambiguous_and_both_are_named(scene: Scene) -> None:
    for parent in (scene.cast.county, scene.cast.city):
        world.unit(parent, UnitKind.COMMITTEE, "实验学校团委", industry=Industry.HIGH_SCHOOL)
    (judged,) = judge(importer(scene), row(unit="实验学校团委"))
    assert codes(judged) == [("unit", "unit.ambiguous")]
    assert judged.problems[0].message.count("实验学校团委（") == 2


def test_the_same_unit_and_domain_twice_marks_every_such_row(scene: Scene) -> None:
    judged = judge(importer(scene), row(), row(unit="中原团区委"), row(domain="农村"))
    assert [found.outcome for found in judged] == [Outcome.MEND, Outcome.MEND, Outcome.OK]
    assert codes(judged[0]) == [("domain", "domain.twice_in_file")]
    assert "第2、3行" in judged[1].problems[0].message


def test_a_county_states_what_is_below_it_and_a_committee_states_nothing(scene: Scene) -> None:
    (judged,) = judge(importer(scene, scene.cast.county, scene.cast.county_admin), row(unit="第一中学团委"))
    assert judged.outcome is Outcome.OK
    branch = row(unit=scene.cast.branch.code)
    (judged,) = judge(importer(scene, scene.cast.committee, scene.cast.committee_admin), branch)
    assert codes(judged) == [("unit", "unit.out_of_scope")]


def test_without_a_running_campaign_nothing_can_be_stated(scene: Scene) -> None:
    Campaign.objects.update(is_active=False)
    (judged,) = judge(importer(scene), row())
    assert codes(judged) == [("unit", "campaign.missing")]


def test_the_same_file_again_changes_nothing(scene: Scene) -> None:
    desk = importer(scene)
    assert desk.write(judge(desk, row(branch_count=4), row(domain="农村"))) == 2
    again = importer(scene)
    judged = judge(again, row(branch_count=4), row(domain="农村"))
    assert [found.outcome for found in judged] == [Outcome.UNCHANGED, Outcome.UNCHANGED]
    assert again.write(judged) == 0
    assert Baseline.objects.filter(unit=scene.cast.county).count() == 2


def test_another_figure_is_an_update_and_a_blank_keeps_what_is_stored(scene: Scene) -> None:
    desk = importer(scene)
    desk.write(judge(desk, row(branch_count=4)))
    scene.clock.forward(hours=1)
    desk = importer(scene)
    (judged,) = judge(desk, row(member_count=130, cadre_count=2))
    assert (judged.outcome, judged.change) == (
        Outcome.UPDATED,
        {"member_count": ["120", "130"], "cadre_count": ["", "2"]},
    )
    assert desk.write([judged]) == 0
    old, new = Baseline.objects.filter(unit=scene.cast.county).order_by("from_at")
    assert (old.member_count, old.until_at) == (120, new.from_at)
    assert (new.member_count, new.branch_count, new.cadre_count, new.until_at) == (130, 4, 2, None)
    assert (new.entered_by, new.batch_id) == (scene.cast.city_admin, 7)
    assert AuditEntry.objects.filter(action="progress.enter_baselines", batch_id=7).count() == 2


def test_if_the_world_moved_since_the_check_nothing_is_written(scene: Scene) -> None:
    desk = importer(scene)
    judged = judge(desk, row(), row(domain="农村"))
    scene.expect(scene.cast.county, 99, Domain.RURAL)
    with pytest.raises(WorldMoved):
        importer(scene).write(judged)
    assert not Baseline.objects.filter(unit=scene.cast.county, domain=Domain.SCHOOL).exists()


def test_writing_outside_the_own_reach_is_refused(scene: Scene) -> None:
    figures = [
        Expected(scene.cast.county.pk, Domain.SCHOOL, 1),
        Expected(scene.cast.other_city.pk, Domain.SCHOOL, 1),
    ]
    with pytest.raises(PermissionDenied):
        enter_baselines(
            world.actor(scene.cast.city_admin),
            campaign=scene.campaign,
            unit=scene.cast.city,
            figures=figures,
        )
    assert not Baseline.objects.filter(unit=scene.cast.county).exists()


def test_many_rows_cost_no_more_queries_than_few(scene: Scene) -> None:
    with CaptureQueriesContext(connection) as few:
        judge(importer(scene), row())
    cells = [row(unit=unit, domain=domain) for unit in ("HN0101", "HN010101") for domain in Domain.labels]
    with CaptureQueriesContext(connection) as many:
        judge(importer(scene), *cells)
    assert len(many) == len(few)


def test_the_workbook_has_the_headers_others_rely_on() -> None:
    assert [(column.header, column.required) for column in COLUMNS] == [
        ("组织", True),
        ("领域", True),
        ("团员数", True),
        ("团支部数", False),
        ("团干部数", False),
        ("团委数", False),
        ("团工委数", False),
        ("团总支数", False),
        ("专职团干部数", False),
        ("兼职团干部数", False),
        ("挂职团干部数", False),
    ]
    assert (KIND.key, KIND.capability) == ("baselines", "baselines.enter")
    assert KIND.columns[1].choices == tuple(Domain.labels)
