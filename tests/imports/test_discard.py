"""放弃此批: a batch that waits for a person is put away by hand; what it held goes, who did so stays."""

import pytest
from django.urls import reverse

from zhtj.imports import actions, branches, pipeline
from zhtj.imports.models import BatchState
from zhtj.imports.pipeline import states
from zhtj.lib.problems import Refused

from orgs.models import AuditEntry
from orgs.scopes import actor_for

from tests import world
from tests.imports import rooms

ROWS = [("苹果", "3"), ("坏梨", "4"), ("生柿子", "2")]
BUSY = (BatchState.UPLOADED, BatchState.CHECKING, BatchState.COMMITTING)
ENDED = (BatchState.COMMITTED, BatchState.REFUSED, BatchState.EXPIRED, BatchState.UNDONE)


@pytest.fixture(params=["checked", "failed"])
def in_hand(request, checked, cast, stall):
    batch = checked(ROWS)
    if request.param == "failed":
        actions.check_again(actor_for(cast.secretary), batch=batch)
        stall.explode = "judge"
        pipeline.check(batch.pk)
        stall.explode = ""
        batch.refresh_from_db()
    return batch


def by_page(client, batch) -> str:
    client.post(reverse("import_discard", args=[batch.pk]))
    return client.get(reverse("import_batch", args=[batch.pk])).content.decode()


def by_api(client, batch) -> str:
    return client.post(f"/api/imports/{batch.pk}/discard/").content.decode()


@pytest.mark.parametrize("door", [by_page, by_api])
def test_file_and_rows_go_and_a_line_says_who_gave_it_up_and_when(in_hand, door, cast, clock):
    clock.forward(days=2)
    door(world.client(cast.committee_admin), in_hand)
    in_hand.refresh_from_db()
    assert (in_hand.state, in_hand.discarded_by) == (BatchState.DISCARDED, cast.committee_admin)
    assert in_hand.file_sealed is in_hand.rows_sealed is in_hand.judged_sealed is None
    assert (in_hand.rows.count(), in_hand.faults, in_hand.problems) == (0, [], [])
    entry = AuditEntry.objects.get(action="imports.discard")
    assert (entry.actor, entry.unit, entry.batch_id) == (cast.committee_admin, cast.branch, in_hand.pk)


@pytest.mark.parametrize("door", [by_page, by_api])
@pytest.mark.parametrize("state", [*BUSY, *ENDED])
def test_what_is_being_worked_on_or_has_ended_is_left_alone(checked, cast, door, state):
    batch = checked(ROWS)
    states.move(batch.pk, (BatchState.CHECKED,), state, undone={"withdrawn": 0, "restored": 0})
    assert state.label in door(world.client(cast.secretary), batch)
    batch.refresh_from_db()
    assert (batch.state, batch.rows.count()) == (state, 2)
    assert batch.file_sealed is not None
    assert not AuditEntry.objects.filter(action="imports.discard").exists()


def test_of_two_who_give_it_up_the_first_stands(in_hand, cast):
    actions.discard(actor_for(cast.secretary), batch=in_hand)
    with pytest.raises(Refused) as refused:
        actions.discard(actor_for(cast.committee_admin), batch=in_hand)
    assert [problem.code for problem in refused.value.problems] == ["batch.not_ready"]
    in_hand.refresh_from_db()
    assert in_hand.discarded_by == cast.secretary


def test_a_commit_asked_before_is_not_lost_and_one_asked_after_is_refused(checked, cast):
    first, second = checked(ROWS), checked(ROWS)
    secretary = actor_for(cast.secretary)
    assert actions.ask_commit(secretary, batch=first)
    with pytest.raises(Refused):
        actions.discard(secretary, batch=first)
    late = type(second).objects.get(pk=second.pk)
    actions.discard(secretary, batch=second)
    with pytest.raises(Refused):
        actions.ask_commit(secretary, batch=late)
    assert pipeline.stale().to_commit == []


def test_the_page_offers_it_and_says_what_goes(in_hand, cast):
    client = world.client(cast.secretary)
    page = client.get(reverse("import_batch", args=[in_hand.pk])).content.decode()
    assert "放弃此批" in page and reverse("import_discard", args=[in_hand.pk]) in page
    page = by_page(client, in_hand)
    assert f"{cast.secretary} 于 " in page and " 放弃，没有写入任何内容" in page
    assert reverse("import_discard", args=[in_hand.pk]) not in page
    listed = client.get(f"{reverse('import_list')}?state=discarded").content.decode()
    assert in_hand.file_name in listed and f"{cast.secretary} 于 " in listed
    assert f"《{in_hand.file_name}》" not in client.get(reverse("home")).content.decode()


def test_a_program_reads_who_gave_it_up(in_hand, cast):
    client = world.client(cast.secretary)
    told = client.post(f"/api/imports/{in_hand.pk}/discard/").json()
    assert (told["state"], told["discarded_by"]) == ("discarded", cast.secretary.username)
    assert told["discarded_at"] and told["problems"] == []


def test_the_tick_list_of_branches_forgets_it(cast):
    batch = rooms.members_of(cast.secretary, cast.branch, rooms.person("王一"), commits=False)
    school = actor_for(cast.committee_admin)
    came = [tick.batch for tick in branches.ticks(school.scope, cast.committee) if tick.batch]
    assert came == [batch]
    actions.discard(school, batch=batch)
    assert not [tick.batch for tick in branches.ticks(school.scope, cast.committee) if tick.batch]
