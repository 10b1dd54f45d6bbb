"""The notice's campaign, with its own dates; for the demo moved as a whole."""

import datetime as dt
from decimal import Decimal
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from zhtj.lib.problems import Refused

from orgs.kinds import Domain
from progress.actions import create_campaign
from progress.models import Campaign, Stage
from progress.presets import PRESETS, load_preset

from tests import world
from tests.cast import Cast
from tests.imports.test_concurrency import in_threads

pytestmark = pytest.mark.django_db


def test_the_notices_campaign_has_its_stages_dates_domains_and_gate(cast: Cast) -> None:
    campaign = load_preset("henan-2018", province=cast.province)
    assert (campaign.starts_on, campaign.ends_on) == (dt.date(2018, 11, 1), dt.date(2019, 1, 31))
    assert campaign.plans_due_on == dt.date(2018, 11, 6)
    assert (campaign.is_active, campaign.cutoff_time, campaign.lag_points) == (True, dt.time(8), 5)
    stages = campaign.stages.values_list(
        "key", "measure", "opens_on", "deadline", "gate_stage__key", "gate_rate"
    )
    november = dt.date(2018, 11, 1)
    assert list(stages) == [
        ("organ_cadres", "organ_cadres", november, dt.date(2018, 11, 10), None, None),
        ("grassroots_cadres", "grassroots_cadres", november, dt.date(2018, 11, 19), None, None),
        ("members_school", "members", november, dt.date(2018, 12, 31), None, None),
        ("members_state", "members", dt.date(2018, 11, 15), dt.date(2019, 1, 5), None, None),
        ("members_other", "members", november, dt.date(2019, 1, 31), "members_school", Decimal("0.700")),
    ]


def test_every_domain_belongs_to_exactly_one_stage() -> None:
    covered = [domain for stage in PRESETS["henan-2018"].stages for domain in stage.domains]
    assert sorted(covered) == sorted(Domain.values)


def test_a_shift_moves_every_date_and_nothing_else(cast: Cast) -> None:
    campaign = load_preset("henan-2018", province=cast.province, shift_days=10)
    assert (campaign.starts_on, campaign.ends_on) == (dt.date(2018, 11, 11), dt.date(2019, 2, 10))
    assert campaign.plans_due_on == dt.date(2018, 11, 16)
    assert Stage.objects.get(key="members_state").opens_on == dt.date(2018, 11, 25)
    assert Stage.objects.get(key="members_state").deadline == dt.date(2019, 1, 15)


def test_loading_again_keeps_what_the_province_changed(cast: Cast) -> None:
    load_preset("henan-2018", province=cast.province)
    Campaign.objects.update(lag_points=7)
    assert load_preset("henan-2018", province=cast.province, shift_days=3).lag_points == 7
    assert (Campaign.objects.count(), Stage.objects.count()) == (1, 5)


def test_a_second_campaign_waits_until_the_active_one_is_over(cast: Cast) -> None:
    other = Campaign.objects.create(
        key="other",
        name="另一项行动",
        province=cast.province,
        starts_on=dt.date(2018, 1, 1),
        ends_on=dt.date(2018, 2, 1),
        is_active=True,
    )
    assert not load_preset("henan-2018", province=cast.province).is_active
    assert Campaign.objects.get(is_active=True) == other


def test_the_command_finds_the_only_province_and_asks_when_there_are_two(cast: Cast) -> None:
    world.province("湖北团省委", code="HB")
    with pytest.raises(CommandError, match="--unit"):
        call_command("load_preset", "henan-2018")
    said = StringIO()
    call_command("load_preset", "henan-2018", unit="HN", stdout=said)
    assert "5 个阶段" in said.getvalue()
    assert Campaign.objects.get().province == cast.province


def test_without_a_province_the_command_says_what_to_do() -> None:
    with pytest.raises(CommandError, match="请先建立组织"):
        call_command("load_preset", "henan-2018")


def test_a_second_province_gets_a_campaign_of_its_own_once() -> None:
    first, second = world.province(), world.province("河北团省委")
    one, two = (load_preset("henan-2018", province=province) for province in (first, second))
    assert (one.key, two.key) == ("henan-2018", f"henan-2018-{second.code.lower()}")
    assert (two.province, two.is_active, two.stages.count()) == (second, True, one.stages.count())
    assert load_preset("henan-2018", province=first) == one
    assert load_preset("henan-2018", province=second) == two


@pytest.mark.django_db(transaction=True)
def test_two_who_load_it_at_once_load_one(cast: Cast) -> None:
    in_threads(lambda: load_preset("henan-2018", province=cast.province), 2)
    assert (Campaign.objects.filter(is_active=True).count(), Stage.objects.count()) == (1, 5)


@pytest.mark.django_db(transaction=True)
def test_of_two_who_make_the_same_campaign_at_once_one_is_told_it_is_there(cast: Cast) -> None:
    told = []

    def make() -> None:
        try:
            create_campaign(
                world.actor(cast.settings_admin),
                source=PRESETS["henan-2018"],
                province=cast.province,
                name="百日攻坚",
                starts_on=dt.date(2018, 11, 1),
            )
        except Refused as refused:
            told.extend(refused.problems)

    in_threads(make, 2)
    assert [problem.code for problem in told] == ["campaign.made_already"]
    assert "已经建立，没有重复建立" in told[0].message and Campaign.objects.get().stages.count() == 5
