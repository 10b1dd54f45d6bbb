"""Free text is read in one way wherever it is written: at page and API, with the same words and codes."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from urllib.parse import urlencode

import pytest
from django.db import transaction
from django.urls import reverse

from zhtj.lib import words

from tests import world
from tests.house.free_text import ASKED_BY_POST, SEARCHES, TEXTS, Text, Writers
from tests.house.stage import Stage

HTML = "<script>alert(1)</script>"
TYPED, READ = f" \x00有据，\u202e{HTML}\x07\u200b\t\u3000完 ", f"有据，{HTML} 完"
NOTHING = " \t\u3000\r\n\x00\u200b\u202e\ufe0f"
DIRTY = "\x00\u202e{}\u200b\ufeff "


@pytest.fixture
def writers(stage: Stage) -> Writers:
    return Writers(stage)


@contextmanager
def undone() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def at_page(writers: Writers, text: Text, typed: str) -> str:
    """The page that answers, the one it leads to included."""
    name, arguments, body = text.page(writers)
    browser = world.client(getattr(writers, text.person))
    answer = browser.post(
        reverse(name, kwargs=arguments), {**body, text.page_field or text.field: typed}, follow=True
    )
    assert answer.status_code == 200
    return "" if answer.streaming else answer.content.decode()


def at_api(writers: Writers, text: Text, typed: str) -> tuple[int, Any]:
    name, arguments, body = text.api(writers)
    browser = world.client(getattr(writers, text.person))
    sent = json.dumps({**body, text.field: typed})
    answer = browser.post(reverse(name, kwargs=arguments), sent, content_type="application/json")
    return answer.status_code, {} if answer.streaming else answer.json()


def each(table: list[Text]) -> Any:
    return pytest.mark.parametrize("text", table, ids=lambda text: text.what.replace(" ", "-"))


@each(TEXTS)
def test_what_is_seen_is_kept_as_typed_and_shown_escaped(text: Text, writers: Writers) -> None:
    with undone():
        assert HTML not in at_page(writers, text, TYPED)
        assert text.kept(writers) == READ
    with undone():
        status, said = at_api(writers, text, TYPED + "\ud800")
        assert (status // 100, text.kept(writers)) == (2, READ), said


@each(TEXTS)
def test_blanks_and_marks_say_nothing(text: Text, writers: Writers) -> None:
    before = text.kept(writers)
    with undone():
        status, said = at_api(writers, text, NOTHING)
        if text.missing:
            assert (status, [problem["code"] for problem in said["problems"]]) == (422, [text.missing])
            assert text.kept(writers) == before
        else:
            assert (status, text.kept(writers)) == (200, "")
    with undone():
        page = at_page(writers, text, NOTHING)
        if text.missing:
            assert said["problems"][0]["message"] in page
            assert text.kept(writers) == before
        else:
            assert text.kept(writers) == ""


@each(TEXTS)
def test_a_text_too_long_is_refused_with_both_lengths_and_not_cut(text: Text, writers: Writers) -> None:
    before = text.kept(writers)
    with undone():
        status, said = at_api(writers, text, "因" * (text.most + 1) + "\x00")
        assert (status, [problem["code"] for problem in said["problems"]]) == (422, ["text.too_long"])
        assert text.kept(writers) == before
    with undone():
        assert said["problems"][0]["message"] in at_page(writers, text, "因" * (text.most + 1))
        assert text.kept(writers) == before
    with undone():
        status, said = at_api(writers, text, "因" * text.most + "\x00 ")
        assert (status // 100, text.kept(writers)) == (2, "因" * text.most), said


@pytest.mark.parametrize(("name", "person", "field", "sought", "shown"), SEARCHES)
def test_marks_in_a_search_find_the_same(
    name: str, person: str, field: str, sought: str, shown: str, writers: Writers
) -> None:
    browser = world.client(getattr(writers, person))
    for text, is_found in ((named(writers, sought), True), ("查无此名", False)):
        answer = browser.get(f"{reverse(name)}?{urlencode({field: DIRTY.format(text)})}", follow=True)
        assert answer.status_code == 200
        assert (named(writers, shown) in rows_of(answer)) is is_found, answer.content.decode()


@pytest.mark.parametrize(("name", "person", "field", "sought", "shown"), ASKED_BY_POST)
def test_so_do_they_where_one_asks_by_post(
    name: str, person: str, field: str, sought: str, shown: str, writers: Writers
) -> None:
    browser = world.client(getattr(writers, person))
    kind = {"content_type": "application/json"} if name.startswith("api_") else {}
    for text, is_found in ((named(writers, sought), True), ("查无此名", False)):
        answer = browser.post(reverse(name), {field: DIRTY.format(text)}, **kind)
        assert (answer.status_code, named(writers, shown) in rows_of(answer)) == (200, is_found)


def named(writers: Writers, text: str) -> str:
    """A name of the writers' people, or the text itself."""
    return {
        "fresh_name": writers.fresh.person.full_name,
        "cadre_name": writers.cadre.person.full_name,
    }.get(text, text)


def rows_of(answer: Any) -> str:
    """The answer without the search field, which repeats what was asked."""
    body: str = answer.content.decode()
    if answer["Content-Type"].startswith("application/json"):
        return json.dumps(json.loads(body)["results"], ensure_ascii=False)
    main = body.partition("<main")[2] or body
    return main.partition("</form>")[2] if "</form>" in main else main


def test_every_field_for_sentences_stands_in_the_table() -> None:
    """Whoever adds a `Words` to a form or an API adds a line here."""
    from zhtj.lib.forms import Words

    from cadres import forms as cadres
    from members import forms as members
    from members import roster_forms
    from progress.forms import asking

    found = {
        name
        for module in (cadres, members, roster_forms, asking)
        for form in vars(module).values()
        for name, field in getattr(form, "base_fields", {}).items()
        if isinstance(field, Words)
    }
    assert found <= {text.page_field or text.field for text in TEXTS}
    assert words.read(TYPED) == READ
