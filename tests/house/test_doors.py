"""Every URL is a marked door, and the table of tests/house/doors.py holds for every person."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from zhtj.lib.doors import SIGNED_IN, door_of

from orgs.scopes import CAPABILITIES

from tests import world
from tests.house.doors import TABLE, Line, resolved


def patterns(resolver: URLResolver | None = None) -> Iterator[URLPattern]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from patterns(pattern)
        else:
            yield pattern


@pytest.mark.parametrize("pattern", patterns(), ids=lambda pattern: str(pattern.name))
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


@pytest.fixture
def places(cast: Any) -> Any:
    """What the table's names stand for."""
    return cast


@pytest.mark.parametrize("person", ["nobody", "outsider", "without", "insider"])
@pytest.mark.parametrize("line", TABLE, ids=lambda line: f"{line.method} {line.name}")
def test_everybody_meets_what_the_table_says(line: Line, person: str, places: Any) -> None:
    user = {
        "nobody": None,
        "outsider": places.outsider,
        "without": getattr(places, line.as_without),
        "insider": getattr(places, line.as_insider),
    }[person]
    url = reverse(line.name, kwargs=resolved(places, line.at)) + line.query
    client = world.client(user)
    answer = getattr(client, line.method.lower())(url, resolved(places, line.data))
    assert answer.status_code == getattr(line, person)
    if answer.status_code == 302 and person == "nobody":
        assert answer["Location"].startswith(reverse("login"))
