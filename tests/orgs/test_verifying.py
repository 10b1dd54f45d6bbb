"""The chain verified in rounds, and its end kept beside it: what is cut off or put back is seen."""

import datetime as dt
import json
from io import StringIO
from typing import Any

import pytest
from django.core.management import call_command
from django.urls import reverse

from zhtj import health, tasks
from zhtj.lib import crypto, days

from orgs import audit, sealing, verifying
from orgs.models import AuditEntry, AuditMark
from orgs.scopes import Actor
from orgs.sealing import seal_entries, walk_chain
from orgs.verifying import standing, verify_on

from tests import world
from tests.cast import Cast
from tests.conftest import Clock

pytestmark = pytest.mark.django_db
NOBODY = Actor(None, door="task")


def write(count: int) -> None:
    for number in range(count):
        audit.record(NOBODY, "test.done", after={"number": number})


def sealed(count: int) -> None:
    write(count)
    seal_entries()


def cut(above: int) -> None:
    AuditEntry.objects.filter(seal_number__gt=above).delete()


def marks() -> dict[str, bytes]:
    return {mark.name: bytes(mark.sealed) for mark in AuditMark.objects.all()}


def put_back(kept: dict[str, bytes]) -> None:
    for name, text in kept.items():
        AuditMark.objects.filter(name=name).update(sealed=text)


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Three entries at once are what somebody waits for."""
    monkeypatch.setattr(verifying, "AT_ONCE", 3)


# --- the end -------------------------------------------------------------------------------


def test_rows_cut_off_the_end_are_missed() -> None:
    sealed(5)
    cut(above=3)
    report = walk_chain()
    assert (report.ok, report.broken_at, report.end.missing) == (False, None, 2)
    assert not verify_on().ok


def test_the_gap_stays_to_be_seen_when_sealing_goes_on() -> None:
    sealed(5)
    cut(above=3)
    sealed(2)
    assert AuditEntry.objects.filter(seal_number__in=(6, 7)).count() == 2
    assert walk_chain().broken_at == 4
    assert (verify_on().broken_at, standing().ok) == (4, False)


def test_all_rows_cut_off_are_missed() -> None:
    sealed(2)
    cut(above=0)
    assert (walk_chain().ok, walk_chain().end.missing) == (False, 2)


@pytest.mark.parametrize("forged", [b"", b"\x01" + b"0" * 40, None, "another"])
def test_a_mark_that_was_not_written_here_is_told_for_good(forged: Any) -> None:
    sealed(3)
    head = AuditMark.objects.filter(name=sealing.HEAD)
    if forged is None:
        head.delete()
    else:
        head.update(sealed=crypto.seal('{"mark": "round"}') if forged == "another" else forged)
    assert not walk_chain().ok and not verify_on().ok
    sealed(2)
    report = walk_chain()
    assert (report.sealed, report.broken_at, report.ok) == (5, None, False)


def test_an_older_end_put_back_with_its_rows_is_given_away_by_the_round_and_by_what_was_noted() -> None:
    sealed(3)
    old = marks()
    sealed(2)
    verify_on()
    noted = standing().end.head
    cut(above=3)
    put_back({sealing.HEAD: old[sealing.HEAD]})
    assert walk_chain().ok and not standing().ok, "the round has been further"
    assert not sealing.stands(noted.number, noted.digest)


def test_a_rewritten_chain_does_not_stand_up_to_what_was_noted() -> None:
    sealed(4)
    head = standing().end.head
    assert sealing.stands(head.number, head.digest[:16]) and not sealing.stands(head.number, head.digest[:8])
    AuditEntry.objects.filter(seal_number=2).update(action="test.other")
    AuditEntry.objects.update(seal_number=None, digest="")
    AuditMark.objects.all().delete()
    seal_entries()
    assert walk_chain().ok and not sealing.stands(head.number, head.digest[:16])


# --- the rounds ----------------------------------------------------------------------------


def test_a_round_goes_on_where_it_stopped_and_begins_anew_at_the_end(clock: Clock) -> None:
    sealed(7)
    assert [verify_on(3).round.at.number for _ in range(2)] == [3, 6]
    assert standing().round.whole_at is None
    clock.forward(minutes=1)
    last = verify_on(3).round
    assert (last.at.number, last.whole, last.whole_at) == (0, 7, days.now())
    assert verify_on(3).round.at.number == 3
    assert (standing().round.whole, standing().sealed) == (7, 7)


def test_no_stretch_reads_more_than_its_part(django_assert_max_num_queries: Any) -> None:
    sealed(7)
    verify_on(3)
    with django_assert_max_num_queries(24):
        assert verify_on(3).round.at.number == 6


def test_a_chain_that_grows_on_is_verified_to_its_end() -> None:
    sealed(4)
    verify_on(3)
    sealed(4)
    for _ in range(2):
        verify_on(3)
    assert standing().round.whole == 8


def test_a_short_chain_is_verified_from_its_beginning_each_time() -> None:
    sealed(3)
    assert verify_on(3).round.whole == 3
    AuditEntry.objects.filter(seal_number=1).update(action="test.other")
    assert (verify_on(3).broken_at, standing().ok) == (1, False)


@pytest.mark.parametrize("number", range(1, 8))
def test_a_change_anywhere_is_found_within_two_rounds_and_kept_in_mind(number: int) -> None:
    sealed(7)
    verify_on(3)
    AuditEntry.objects.filter(seal_number=number).update(door="api")
    for _ in range(5):
        verify_on(3)
    assert (standing().broken_at, standing().ok) == (number, False)


def test_rows_chained_anew_behind_the_round_are_found_by_the_next_stretch() -> None:
    sealed(7)
    verify_on(3)
    AuditEntry.objects.filter(seal_number=2).update(action="test.other")
    previous = AuditEntry.objects.get(seal_number=1).digest
    for row in AuditEntry.objects.filter(seal_number__gt=1).order_by("seal_number"):
        row.digest = previous = sealing._digest(previous, row)
        row.save(update_fields=["digest"])
    assert verify_on(3).broken_at == 4, "it begins from the digest that was verified"


def test_what_was_put_right_is_whole_again() -> None:
    sealed(4)
    AuditEntry.objects.filter(seal_number=2).update(door="api")
    assert verify_on().broken_at == 2
    AuditEntry.objects.filter(seal_number=2).update(door="task")
    assert verify_on().broken_at is None and standing().ok


def test_of_two_that_verify_at_once_one_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    sealed(7)
    walk = sealing.walk

    def slowly(start: sealing.Place, most: int | None = None) -> Any:
        monkeypatch.setattr(sealing, "walk", walk)
        verify_on(3)
        verify_on(3)
        return walk(start, most)

    monkeypatch.setattr(sealing, "walk", slowly)
    verify_on(3)
    assert standing().round.at.number == 6


def test_the_task_of_each_minute_verifies() -> None:
    sealed(3)
    tasks.verify_audit()
    assert standing().round.whole == 3


# --- doors ---------------------------------------------------------------------------------


def test_the_page_says_how_far_it_is_and_when(cast: Cast, short: None, clock: Clock) -> None:
    sealed(7)
    client, url = world.client(cast.auditor), reverse("audit_chain")
    assert "还没有校验过" in client.get(reverse("audit_list")).content.decode()
    page = client.post(url).content.decode()
    assert "已校验到第 3 条，共 7 条" in page and "封存链完整" not in page
    for _ in range(2):
        page = client.post(url).content.decode()
    assert "封存链完整：7 条记录" in page and standing().end.head.digest[:16] in page
    assert "封存链完整：7 条记录" in client.get(reverse("audit_list")).content.decode()
    cut(above=5)
    page = client.get(reverse("audit_list")).content.decode()
    assert "末尾少了 2 条" in page and "封存链完整" not in page


def test_a_program_is_told_the_same(cast: Cast, short: None) -> None:
    sealed(7)
    client = world.client(cast.auditor)
    told = client.post("/api/audit/chain/").json()
    assert (told["ok"], told["sealed"], told["verified"], told["whole"]) == (True, 7, 3, 0)
    assert told["digest"] == AuditEntry.objects.get(seal_number=7).digest
    cut(above=6)
    told = client.get("/api/audit/chain/").json()
    assert (told["ok"], told["missing_at_end"], told["verified"]) == (False, 1, 3)


def doctor(*args: str) -> list[dict[str, str]]:
    out = StringIO()
    with pytest.raises(SystemExit):
        call_command("doctor", "--only", "audit", "--json", *args, stdout=out)
    return json.loads(out.getvalue())["checks"]


def test_doctor_prints_the_end_and_compares_one_that_was_noted() -> None:
    sealed(4)
    digest = AuditEntry.objects.get(seal_number=4).digest
    noted = f"4:{digest[:16]}"
    assert noted in doctor()[0]["message"]
    sealed(1)
    assert [check["level"] for check in doctor("--audit-head", noted)] == ["OK", "OK"]
    for wrong in (f"5:{digest[:16]}", "9:0123456789abcdef", "4:abcd", "x", "４:0123456789abcdef"):
        assert doctor("--audit-head", wrong)[1]["level"] == "CRITICAL"


def test_doctor_misses_a_cut_off_end_and_a_round_that_does_not_come_round(clock: Clock) -> None:
    sealed(4)
    verify_on()
    assert health.audit_is_sealed(days.now()).level is health.Level.OK
    assert health.audit_is_sealed(days.now() + dt.timedelta(days=4)).level is health.Level.WARNING
    cut(above=3)
    finding = health.audit_is_sealed(days.now())
    assert finding.level is health.Level.CRITICAL and "末尾少了 1 条" in finding.message
