"""Templates: nothing inline, a contract on top, and every one of them can be parsed."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.template.loader import get_template

from orgs.idle import BY_ITSELF

FOLDER = Path(settings.BASE_DIR) / "templates"
TEMPLATES = sorted(str(path.relative_to(FOLDER)) for path in FOLDER.rglob("*.html"))

INLINE = {
    "style attribute": re.compile(r"<[^>]*\sstyle\s*="),
    "event handler": re.compile(r"<[^>]*\son[a-z]+\s*="),
    "inline script": re.compile(r"<script(?![^>]*\ssrc=)(?![^>]*type=\"application/json\")"),
    "inline style": re.compile(r"<style"),
    "javascript: link": re.compile(r"javascript:"),
    "another host": re.compile(r"(?:src|href)=\"(?:https?:)?//"),
}


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_has_nothing_inline(name: str) -> None:
    text = (FOLDER / name).read_text()
    found = [what for what, pattern in INLINE.items() if pattern.search(text)]
    assert not found


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_opens_with_its_contract(name: str) -> None:
    head = (FOLDER / name).read_text()[:1500]
    comment = re.search(r"{% comment %}(.*?){% endcomment %}", head, re.DOTALL)
    assert comment, "say in a comment on top what the template shows and what Context it needs"
    assert "Context:" in comment[1]


@pytest.mark.parametrize("name", TEMPLATES)
def test_a_template_can_be_parsed(name: str) -> None:
    get_template(name)


@pytest.mark.parametrize("name", TEMPLATES)
def test_every_posting_form_carries_the_csrf_token(name: str) -> None:
    text = (FOLDER / name).read_text()
    forms = re.findall(r"<form[^>]*method=\"post\".*?</form>", text, re.DOTALL)
    assert all("{% csrf_token %}" in form for form in forms)


@pytest.mark.parametrize("name", TEMPLATES)
def test_what_a_page_asks_for_again_and_again_says_that_nobody_did(name: str) -> None:
    """Or a page left open would keep its session alive for ever (orgs.idle)."""
    for tag in re.findall(r"<[^>]*\shx-trigger=(?:\"[^\"]*\"|[^>])*>", (FOLDER / name).read_text()):
        is_polled = re.search(r"hx-trigger=\"[^\"]*(?:every |load delay)", tag)
        assert not is_polled or f'"{BY_ITSELF}"' in tag
