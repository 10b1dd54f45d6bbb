"""The database's own constraints, the last door, said in the words of the rules."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError

from zhtj.lib.problems import Problem, Refused

from orgs.rules import CODES

# Words in the message of either database → the rule. SQLite names columns, PostgreSQL the constraint.
_RULES = (
    (("unit_short_name_among_siblings", "orgs_orgunit.short_name"), "short_name.taken"),
    (("orgs_orgunit_code", "orgs_orgunit.code"), "code.taken"),
)


@contextmanager
def naming_clashes() -> Iterator[None]:
    """Turn a uniqueness violation that slipped past the rules (two at once) into Refused."""
    try:
        yield
    except IntegrityError as error:
        problem = _problem(str(error))
        if problem is None:
            raise
        raise Refused([problem]) from error


def _problem(message: str) -> Problem | None:
    for words, code in _RULES:
        if any(word in message for word in words):
            return CODES.problem(code, parent="同一上级", value="刚被他人使用的名称或编码", where="")
    return None
