"""`python -m tests [pytest arguments]`: all on SQLite, then what asks a database again on PostgreSQL.

Says at the end what ran where and what was skipped and why. Exit status 0 = all passed,
1 = something failed, 2 = wrong call. REQUIRE=all makes a missing server a failure.
"""

import os
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

WORKERS = "2"
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
        passes = [run("SQLite", f"sqlite:///{folder}/app.sqlite3", arguments, Path(folder))]
        postgres = reach.postgres_url()
        if postgres:
            url = urlsplit(postgres)._replace(path=f"/zhtj_{os.getpid()}").geturl()
            passes.append(run("PostgreSQL", url, arguments, Path(folder), TESTS_PASS="again", PGOPTIONS=LAX))
    missing = [] if postgres else ["PostgreSQL: no server answers (set TEST_DATABASE_URL)"]
    report(passes, missing, time.monotonic() - started)
    return verdict(passes, missing)


def run(name: str, database_url: str, arguments: list[str], folder: Path, **environment: str) -> Pass:
    """One pytest over everything, its outcome read back from its own report file."""
    print(f"=== {name} ===", flush=True)
    result_file = folder / f"{name}.xml"
    command = [sys.executable, "-m", "pytest", "-q", f"--junitxml={result_file}"]
    command.append(f"--basetemp={folder / name}")  # its own: other runs clean up the shared one
    if not any(word in ("-n", "-p") or word.startswith("--numprocesses") for word in arguments):
        # In their own order: the browser folder, the longest, is first (its conftest); short files end it.
        command += ["-n", WORKERS, "--dist", "loadfile", "--no-loadscope-reorder"]
    environment = {**os.environ, "DATABASE_URL": database_url, **environment}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # workers, children, second pass: compiled once for all
    done = Pass(name, subprocess.run([*command, *arguments], env=environment).returncode)
    if result_file.exists():
        read_results(result_file, done)
    return done


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
