"""接手: a batch stands still because its uploader lost the right; a colleague who has it goes on with it."""

import pytest
from django.urls import reverse

from zhtj.imports import actions, pipeline, queries
from zhtj.imports.models import BatchState
from zhtj.lib.problems import Refused

from orgs.models import AuditEntry
from orgs.scopes import actor_for

from tests import world
from tests.imports import rooms

ROWS = [("苹果", "3"), ("坏梨", "4")]
MENDED = 3


@pytest.fixture
def colleague(cast):
    """A second administrator of the branch."""
    return world.account(cast.branch, "unit_admin", "second")


@pytest.fixture
def left(checked, cast):
    """A batch whose row was mended by the secretary, who then lost the right."""
    batch = checked(ROWS)
    actions.mend_row(actor_for(cast.secretary), batch=batch, number=MENDED, typed={"fruit": "梨"})
    cast.secretary.is_active = False
    cast.secretary.save()
    pipeline.check(batch.pk)
    batch.refresh_from_db()
    assert batch.state == BatchState.FAILED
    return batch


@pytest.fixture(params=["page", "api"])
def take_over(request, django_capture_on_commit_callbacks):
    """Take a batch over by either door, let what was queued run, and give back what is said then."""

    def take(user, batch):
        client, by_page = world.client(user), request.param == "page"
        url = (
            reverse("import_take_over", args=[batch.pk]) if by_page else f"/api/imports/{batch.pk}/take-over/"
        )
        with django_capture_on_commit_callbacks(execute=True):
            answer = client.post(url)
        answer = client.get(answer.url) if by_page and answer.status_code == 302 else answer
        batch.refresh_from_db()
        return answer.content.decode()

    return take


def test_asked_for_the_check_alone_it_stands_still_again_and_says_what_to_do(left, colleague):
    actions.check_again(actor_for(colleague), batch=left)
    pipeline.check(left.pk)
    left.refresh_from_db()
    (said,) = left.problems
    assert (left.state, said["code"]) == (BatchState.FAILED, "batch.no_right")
    assert str(left.uploaded_by) in said["message"] and "接手" in said["mend"]


def test_who_takes_it_over_goes_on_with_what_was_mended_and_commits(left, colleague, take_over, stall):
    take_over(colleague, left)
    assert (left.state, left.taken_over_by, rooms.counts(left)) == (BatchState.CHECKED, colleague, {"ok": 2})
    assert actions.ask_commit(actor_for(colleague), batch=left)
    pipeline.commit(left.pk)
    assert stall.stock == {"苹果": "3", "梨": "4"}


def test_the_trail_and_the_page_say_who_took_over_whose(left, colleague, cast, take_over):
    take_over(colleague, left)
    entry = AuditEntry.objects.get(action="imports.take_over")
    assert (entry.actor, entry.batch_id) == (colleague, left.pk)
    assert (entry.before, entry.after) == ({"user": cast.secretary.username}, {"user": colleague.username})
    page = world.client(colleague).get(reverse("import_batch", args=[left.pk])).content.decode()
    assert f"{colleague} 接手" in page and str(cast.secretary) in page
    assert left in queries.uploaded_by(queries.batches(actor_for(colleague).scope), colleague)


def test_every_later_check_is_in_the_new_name_too(left, colleague, take_over):
    take_over(colleague, left)
    actions.check_again(actor_for(colleague), batch=left)
    pipeline.check(left.pk)
    left.refresh_from_db()
    assert left.state == BatchState.CHECKED


def test_who_took_it_over_and_lost_the_right_is_followed_by_another(left, colleague, cast, take_over):
    take_over(colleague, left)
    colleague.is_active = False
    colleague.save()
    actions.check_again(actor_for(cast.committee_admin), batch=left)
    pipeline.check(left.pk)
    left.refresh_from_db()
    assert str(colleague) in left.problems[0]["message"]
    take_over(cast.committee_admin, left)
    assert (left.state, left.taken_over_by) == (BatchState.CHECKED, cast.committee_admin)


def test_nobody_takes_over_what_goes_on_without(checked, colleague, cast, stall, take_over):
    going, broken = checked(ROWS), checked(ROWS)
    actions.check_again(actor_for(cast.secretary), batch=broken)
    stall.explode = "judge"
    pipeline.check(broken.pk)
    stall.explode = ""
    for batch, state in ((going, BatchState.CHECKED), (broken, BatchState.FAILED)):
        batch.refresh_from_db()
        assert "不需要接手" in take_over(colleague, batch)
        assert (batch.state, batch.taken_over_by) == (state, None)
        page = world.client(colleague).get(reverse("import_batch", args=[batch.pk])).content.decode()
        assert reverse("import_take_over", args=[batch.pk]) not in page


def test_the_uploader_who_has_the_right_again_simply_asks_for_the_check(left, cast, take_over):
    cast.secretary.is_active = True
    cast.secretary.save()
    page = world.client(cast.secretary).get(reverse("import_batch", args=[left.pk])).content.decode()
    assert "接手并重新检查" not in page and reverse("import_check", args=[left.pk]) in page
    assert "不需要接手" in take_over(cast.secretary, left)


def test_of_two_colleagues_the_first_has_it(left, colleague, cast):
    late = type(left).objects.get(pk=left.pk)
    actions.take_over(actor_for(colleague), batch=left)
    with pytest.raises(Refused):
        actions.take_over(actor_for(cast.committee_admin), batch=late)
    late.refresh_from_db()
    assert late.taken_over_by == colleague


def test_who_may_not_import_there_meets_nothing(left, cast, take_over):
    for user in (cast.viewer, cast.outsider):
        take_over(user, left)
        assert (left.state, left.taken_over_by) == (BatchState.FAILED, None)


def test_the_page_offers_it_where_it_is_needed(left, colleague):
    page = world.client(colleague).get(reverse("import_batch", args=[left.pk])).content.decode()
    assert "接手并重新检查" in page and reverse("import_take_over", args=[left.pk]) in page
