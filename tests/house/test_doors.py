"""Every URL is a marked door, and the table of tests/house/doors holds for every person."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from zhtj.lib.doors import SIGNED_IN, door_of

from orgs.scopes import CAPABILITIES

from tests import world
from tests.conftest import IS_SECOND_PASS
from tests.house.doors import TABLE, Line
from tests.house.stage import Stage, resolved

# Whoever is stopped by the door itself, before anything is looked for, is so on every database.
STOPPED_AT_ONCE = ["nobody", "without"]
PERSONS = ["outsider", "insider"] + ([] if IS_SECOND_PASS else STOPPED_AT_ONCE)


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern)
        else:
            yield pattern


@pytest.mark.parametrize("pattern", list(patterns()), ids=lambda pattern: str(pattern.name))
def test_every_url_is_a_marked_door_with_a_name(pattern: URLPattern) -> None:
    assert pattern.name
    mark = door_of(pattern.callback)
    assert mark is not None, "mark the view with @door(...), @signed_in or @public"
    assert set(mark.by_method.values()) <= {*CAPABILITIES, SIGNED_IN}


def test_every_url_stands_in_the_table() -> None:
    assert {pattern.name for pattern in patterns()} == {line.name for line in TABLE}


def test_an_unmarked_url_is_refused(client: Client, settings: Any) -> None:
    settings.ROOT_URLCONF = "tests.house.unmarked"
    assert client.get("/unmarked/").status_code == 403


@pytest.mark.parametrize("person", PERSONS)
def test_everybody_meets_what_the_table_says(person: str, stage: Stage) -> None:
    met = []
    for line in TABLE:
        answer = knock(line, person, stage)
        if answer.status_code != getattr(line, person):
            met.append(f"{answer.status_code} met by {person} at {line}")
        elif answer.status_code == 302 and person == "nobody":
            assert answer["Location"].startswith(reverse("login"))
    assert not met, "\n".join(met)


def knock(line: Line, person: str, stage: Stage) -> Any:
    """One request; what it writes is rolled back."""
    who = {"outsider": "outsider", "without": line.as_without, "insider": line.as_insider}.get(person)
    url = reverse(line.name, kwargs=resolved(stage, line.at)) + line.query.format_map(Keys(stage))
    with transaction.atomic():
        client = world.client(getattr(stage, who) if who else None)
        kind = {"content_type": "application/json"} if line.method in ("PATCH", "PUT") else {}
        answer = getattr(client, line.method.lower())(url, resolved(stage, line.data), **kind)
        transaction.set_rollback(True)
    return answer


class Keys(dict[str, Any]):
    """`{committee}` in a query string: the key of what it names."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage

    def __missing__(self, name: str) -> Any:
        return getattr(self.stage, name).pk
