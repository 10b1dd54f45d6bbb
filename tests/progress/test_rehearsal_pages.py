"""Every page that leads on from a rehearsed day stays with the rehearsal, and is the province's alone."""

import datetime as dt
import re
from html import unescape

import pytest
from django.test import Client

from zhtj.lib import days

from progress import actions
from progress.models import Campaign

from tests import world
from tests.progress.conftest import DAY, Scene

pytestmark = pytest.mark.django_db
LATER = DAY + dt.timedelta(days=1)


@pytest.fixture
def rehearsal(scene: Scene) -> Campaign:
    """Two days rehearsed, and the same days computed for real with other figures."""
    actor = world.actor(scene.cast.province_admin)
    made = actions.create_campaign(
        actor,
        source=scene.campaign,
        province=scene.cast.province,
        name="试算",
        starts_on=scene.campaign.starts_on,
        rehearsal=True,
    )
    scene.compute()
    scene.clock.forward(days=1)
    world.members(scene.cast.village, 3)
    scene.compute(LATER)
    span = (DAY, LATER)
    assert len(actions.compute_rehearsal(made.pk, *span, days.now())) == 2
    return made


def links(client: Client, address: str) -> list[str]:
    """Where a page leads within the room, by itself or by a click."""
    page = client.get(address)
    assert page.status_code == 200, address
    found = re.findall(r'(?:href|hx-get)="(/progress/[^"#]*)"', page.content.decode())
    return [unescape(link) for link in dict.fromkeys(found)]


def test_what_a_rehearsed_day_leads_on_to_stays_with_it(scene: Scene, rehearsal: Campaign) -> None:
    """One page of each kind is opened; every link on it names the rehearsal."""
    client = world.client(scene.cast.province_admin)
    here = f"/progress/campaigns/{rehearsal.key}/"
    assert f"{here}{LATER}/" in links(client, here)
    waiting, seen = [f"{here}{LATER}/"], set()
    while waiting:
        address = waiting.pop()
        for link in links(client, address):
            leads_on = re.match(r"/progress/2018-[^/]*/(\w*)", link)
            if leads_on is None:
                continue
            assert f"campaign={rehearsal.key}" in link, f"{address} leads out of the rehearsal: {link}"
            if leads_on[1] not in seen:
                seen.add(leads_on[1])
                waiting.append(link)
    assert seen == {"overview", "trend", "compare", "behind"}


@pytest.mark.parametrize("page", ["overview", "trend", "compare", "live", "behind/entered"])
def test_nobody_below_the_province_reads_a_rehearsal(scene: Scene, rehearsal: Campaign, page: str) -> None:
    asked = f"/progress/{LATER}/{page}/?campaign={rehearsal.key}&stage=members_school"
    assert world.client(scene.cast.province_admin).get(asked).status_code == 200
    assert world.client(scene.cast.city_admin).get(asked).status_code == 404
    assert world.client(scene.cast.province_admin).get(asked.replace(rehearsal.key, "x")).status_code == 404


def test_a_rehearsed_day_says_what_it_is_and_is_not_given_out(scene: Scene, rehearsal: Campaign) -> None:
    client = world.client(scene.cast.province_admin)
    page = client.get(f"/progress/campaigns/{rehearsal.key}/{LATER}/").content.decode()
    assert "演练" in page and "/publish/" not in page
    outputs = f"/progress/{LATER}/outputs/?campaign={rehearsal.key}"
    answer = client.get(outputs)
    assert "/files/" not in answer.content.decode()
