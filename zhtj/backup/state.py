"""Which migrations a database, a program and a backup stand on: rows only fit where these are the same."""

from collections.abc import Iterable, Set
from functools import cache

from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder

from zhtj.backup.refusals import BackupRefused

_MOST_NAMED = 5


def known() -> Set[str]:
    """Every migration of this program, as `app.name`; for steps gathered in one, that one."""
    return _on_disk()[0]


def is_migrated(connection: BaseDatabaseWrapper) -> bool:
    """Has the database every migration of this program, and none besides?"""
    applied = MigrationRecorder(connection).applied_migrations()
    return _gathered(map(".".join, applied)) == known()


def refuse_others(theirs: Iterable[object]) -> None:
    """Raise BackupRefused unless a backup stands on the migrations of this program."""
    told, ours = _gathered(map(str, theirs)), known()
    if newer := told - ours:
        raise BackupRefused("backup.newer", what=_named(newer))
    if older := ours - told:
        raise BackupRefused("backup.older", what=_named(older))


@cache
def _on_disk() -> tuple[set[str], dict[str, set[str]]]:
    """The migrations of this program, and which of them gather which steps of before."""
    loader = MigrationLoader(None)
    gathers = {".".join(key): {*map(".".join, one.replaces)} for key, one in loader.replacements.items()}
    return {".".join(node) for node in loader.graph.nodes}, gathers


def _gathered(names: Iterable[str]) -> Set[str]:
    """Whoever has all the steps has the one that gathers them: the tables are the same."""
    found = set(names)
    for gathering, steps in _on_disk()[1].items():
        if gathering in found or steps <= found:
            found = found - steps | {gathering}
    return found


def _named(names: Set[str]) -> str:
    first = sorted(names)[:_MOST_NAMED]
    return "、".join(first) + (f"等 {len(names)} 项" if len(names) > len(first) else "")
