"""`python -m tests.bench [names] [--size small|full] [--json FILE] [--database URL]`.

Runs on a throw-away database on PostgreSQL where one answers (TEST_DATABASE_URL), else on SQLite.
The table goes to stdout, the same figures as JSON to `var/bench.json` or FILE.
"""

import argparse
import importlib
import json
import os
import pkgutil
import sys
import tempfile
import time
from pathlib import Path
from urllib.parse import urlsplit

from tests import bench, reach
from tests.bench.frame import Result, table

NAMES = sorted(
    module.name.removeprefix("bench_")
    for module in pkgutil.iter_modules(bench.__path__)
    if module.name.startswith("bench_")
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("names", nargs="*", metavar="NAME", help=f"one or more of: {', '.join(NAMES)}")
    parser.add_argument("--size", choices=("small", "full"), default="full")
    parser.add_argument("--json", type=Path, default=Path("var/bench.json"), metavar="FILE")
    parser.add_argument("--sqlite", action="store_true", help="although a PostgreSQL answers")
    parser.add_argument(
        "--database",
        metavar="URL",
        help="the province to measure (a copy, it is written to): bulletin, entry, load, pages, roster",
    )
    options = parser.parse_args()
    if unknown := set(options.names) - set(NAMES):
        parser.error(f"no such benchmark: {', '.join(sorted(unknown))}")
    with tempfile.TemporaryDirectory(prefix="zhtj-bench-") as folder:
        os.environ["DATABASE_URL"] = options.database or _database_url(folder, options.sqlite)
        chosen = options.names or NAMES
        results = _measure(chosen) if options.database else _run(chosen, options.size)
    print(table(results))
    options.json.parent.mkdir(parents=True, exist_ok=True)
    figures = {"size": options.size, "at": time.strftime("%F %T"), "results": [r.as_json() for r in results]}
    options.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False))
    return 0


def _database_url(folder: str, sqlite: bool) -> str:
    postgres = "" if sqlite else reach.postgres_url()
    if not postgres:
        return f"sqlite:///{folder}/bench.sqlite3"
    return urlsplit(postgres)._replace(path=f"/zhtj_bench_{os.getpid()}").geturl()


def _measure(names: list[str]) -> list[Result]:
    """Each benchmark on what stands in the database given, seeded and migrated by whoever gave it."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhtj.settings"
    import django

    django.setup()
    from django.conf import settings

    settings.DEBUG = False
    modules = [importlib.import_module(f"tests.bench.bench_{name}") for name in names]
    return [result for module in modules for result in module.measure()]


def _run(names: list[str], size: str) -> list[Result]:
    """Each benchmark in a fresh database."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "zhtj.settings"
    import django

    django.setup()
    from django.conf import settings
    from django.db import connection
    from django.test.utils import setup_databases, teardown_databases

    settings.DEBUG = False  # a debugging Django keeps every query
    if connection.vendor == "sqlite":  # a file, as in production, not memory as in tests
        connection.settings_dict["TEST"]["NAME"] = f"{connection.settings_dict['NAME']}.bench"
    results: list[Result] = []
    for name in names:
        print(f"{name} …", file=sys.stderr, flush=True)
        databases = setup_databases(verbosity=0, interactive=False, serialized_aliases=())
        try:
            results += importlib.import_module(f"tests.bench.bench_{name}").run(size)
        finally:
            _send_others_home()
            teardown_databases(databases, verbosity=0)
    return results


def _send_others_home() -> None:
    """A thread of the import desk may still hold a session on the database that is to be dropped."""
    from django.db import connection

    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )


if __name__ == "__main__":
    sys.exit(main())
