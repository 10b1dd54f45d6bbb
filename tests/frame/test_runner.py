"""`python -m tests`: what it counts, and when it says that all is well."""

import os
from collections import Counter

import pytest

from tests.__main__ import Pass, Running, read_results, verdict
from tests.conftest import OneProgram

RESULTS = """<testsuites><testsuite>
<testcase name="a"/>
<testcase name="b"><failure message="no"/></testcase>
<testcase name="c"><skipped type="pytest.skip" message="no Redis here"/></testcase>
<testcase name="d"><skipped type="pytest.xfail" message="known"/></testcase>
<testcase name="e"><error message="no"/></testcase>
</testsuite></testsuites>"""


def test_it_reads_back_what_passed_failed_and_was_skipped_and_why(tmp_path):
    (tmp_path / "r.xml").write_text(RESULTS, encoding="utf-8")
    done = Pass("SQLite")
    read_results(tmp_path / "r.xml", done)
    assert done.counts == Counter(passed=2, failed=2, skipped=1)
    assert done.skipped == Counter({"no Redis here": 1})


@pytest.mark.parametrize(
    ("statuses", "missing", "require", "expected"),
    [
        ([0, 0], [], "", 0),
        ([0, 1], [], "", 1),
        ([0], ["PostgreSQL"], "", 0),
        ([0], ["PostgreSQL"], "all", 1),
        ([5, 0], [], "", 0),  # a selection that concerns one database only
        ([5, 5], [], "", 2),
    ],
)
def test_the_exit_status(monkeypatch, statuses, missing, require, expected):
    monkeypatch.setenv("REQUIRE", require)
    assert verdict([Pass("x", status) for status in statuses], missing) == expected


def test_the_last_file_is_told_once(monkeypatch):
    hear, tell = os.pipe()
    monkeypatch.setenv("TESTS_TELL", str(tell))
    OneProgram.tell_the_runner()
    OneProgram.tell_the_runner()
    os.close(tell)
    assert os.read(hear, 9) == b"."
    os.close(hear)


@pytest.mark.parametrize("keep_back", [False, True])
def test_a_pass_that_ends_without_telling_is_over(tmp_path, capfdbinary, keep_back):
    running = Running("X", "sqlite:///:memory:", ["-n0", "--version"], tmp_path, keep_back=keep_back)
    assert running.await_last_file() is False
    at_once = capfdbinary.readouterr().out
    assert running.finish().status == 0
    kept = capfdbinary.readouterr().out
    assert b"=== X ===\npytest" in (kept if keep_back else at_once + kept)
    assert keep_back is not bool(at_once)
