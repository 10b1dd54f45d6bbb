"""`python -m tests [pytest arguments]`: all on SQLite, then what asks a database again on PostgreSQL.

The second pass begins when the first has handed out its last file, so that no core waits for the other;
what it prints is kept back until the first has ended. Says at the end what ran where and what was skipped
and why. Exit status 0 = all passed, 1 = something failed, 2 = wrong call. REQUIRE=all makes a missing
server a failure.
"""

import os
import shutil
import subprocess
import sys
import tempfile
import time
import xml.etree.ElementTree as ElementTree
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from tests import reach

LAX = "-c synchronous_commit=off"  # no server dies in a test: a commit need not wait for the disk
NO_TESTS = 5  # pytest's exit status when a selection left nothing


@dataclass
class Pass:
    """One run of the suite on one database."""

    name: str
    status: int = 0
    counts: Counter[str] = field(default_factory=Counter)
    skipped: Counter[str] = field(default_factory=Counter)  # "test: reason"

    def line(self) -> str:
        c = self.counts
        return f"{self.name}: {c['passed']} passed, {c['failed']} failed, {c['skipped']} skipped"


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    with tempfile.TemporaryDirectory(prefix="zhtj-tests-") as folder:
        running = [Running("SQLite", f"sqlite:///{folder}/app.sqlite3", arguments, Path(folder))]
        postgres = reach.postgres_url()
        if postgres:
            is_still_running = running[0].await_last_file()
            url = urlsplit(postgres)._replace(path=f"/zhtj_{os.getpid()}").geturl()
            again = {"TESTS_PASS": "again", "PGOPTIONS": LAX}
            running.append(
                Running("PostgreSQL", url, arguments, Path(folder), keep_back=is_still_running, **again)
            )
        passes = [one.finish() for one in running]
    missing = [] if postgres else ["PostgreSQL: no server answers (set TEST_DATABASE_URL)"]
    report(passes, missing, time.monotonic() - started)
    return verdict(passes, missing)


class Running:
    """One pytest over everything, a process of its own. `keep_back`: what it prints waits for `finish`."""

    def __init__(
        self,
        name: str,
        database_url: str,
        arguments: list[str],
        folder: Path,
        *,
        keep_back: bool = False,
        **environment: str,
    ) -> None:
        self._name, self._result_file = name, folder / f"{name}.xml"
        if not keep_back:
            self._say_name()
        hear, tell = os.pipe()
        environment = {**os.environ, "DATABASE_URL": database_url, "TESTS_TELL": str(tell), **environment}
        # Compiled once for all: workers, children, second pass.
        environment.pop("PYTHONDONTWRITEBYTECODE", None)
        self._process = subprocess.Popen(
            self._command(arguments, folder / name),
            env=environment,
            pass_fds=[tell],
            stdout=subprocess.PIPE if keep_back else None,
        )
        os.close(tell)
        self._hear = hear

    def _command(self, arguments: list[str], folder: Path) -> list[str]:
        command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={self._result_file}"]
        command.append(f"--basetemp={folder}")  # its own: other runs clean up the shared one
        if not any(word in ("-n", "-p") or word.startswith("--numprocesses") for word in arguments):
            # In their own order: the browser folder, the longest, is first (its conftest); short ones last.
            command += ["-n", str(reach.WORKERS), "--dist", "loadfile", "--no-loadscope-reorder"]
        return [*command, *arguments]

    def await_last_file(self) -> bool:
        """Until every file is with a worker (tests/conftest.py tells) or all is over. Is it still running?"""
        return bool(os.read(self._hear, 1))

    def finish(self) -> Pass:
        """Wait for the end, print what was kept back, read the outcome from its own report file."""
        if self._process.stdout:
            self._say_name()
            shutil.copyfileobj(self._process.stdout.raw, sys.stdout.buffer)
        done = Pass(self._name, self._process.wait())
        os.close(self._hear)
        if self._result_file.exists():
            read_results(self._result_file, done)
        return done

    def _say_name(self) -> None:
        print(f"=== {self._name} ===", flush=True)


def read_results(result_file: Path, into: Pass) -> None:
    for case in ElementTree.parse(result_file).iter("testcase"):
        skip = case.find("skipped")
        if case.find("failure") is not None or case.find("error") is not None:
            into.counts["failed"] += 1
        elif skip is not None and skip.get("type") != "pytest.xfail":
            into.counts["skipped"] += 1
            into.skipped[skip.get("message", "")] += 1
        else:
            into.counts["passed"] += 1


def report(passes: list[Pass], missing: list[str], seconds: float) -> None:
    print("\n=== skipped ===")
    for line in missing:
        print(f"  {line}")
    for one in passes:
        for reason, count in sorted(one.skipped.items()):
            print(f"  {one.name}: {count} × {reason}")
    if not missing and not any(one.skipped for one in passes):
        print("  nothing")
    print(f"tests: {'; '.join(one.line() for one in passes)}; {seconds:.0f} s")


def verdict(passes: list[Pass], missing: list[str]) -> int:
    states = {one.status for one in passes}
    if missing and os.environ.get("REQUIRE") == "all":
        return 1
    if states == {NO_TESTS}:
        return 2
    return 0 if states <= {0, NO_TESTS} else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
