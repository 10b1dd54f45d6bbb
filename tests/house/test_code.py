"""The habits of the house that a machine can see."""

import ast
import functools
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
ROOMS = ("orgs", "cadres", "members", "progress", "zhtj")
FILES = sorted(
    path.relative_to(ROOT)
    for room in ROOMS
    for path in (ROOT / room).rglob("*.py")
    if "migrations" not in path.parts
)
DOORS = ("views", "api", "forms", "urls", "templatetags")  # files or packages of these names
MOST_LINES_OF_A_FUNCTION = 40
MOST_LINES_OF_A_FILE = 400

# A longer one carries its reason here. path:function → why.
LONG_FUNCTIONS: dict[str, str] = {}
LONG_FILES: dict[str, str] = {}


def is_door(path: Path) -> bool:
    return any(part.removesuffix(".py") in DOORS for part in path.parts)


@functools.cache
def text_of(path: Path) -> str:
    return (ROOT / path).read_text()


@functools.cache
def nodes(path: Path) -> list[ast.AST]:
    return list(ast.walk(ast.parse(text_of(path))))


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length of every function; the docstring and the decorators are not counted."""
    for node in nodes(path):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = node.body[0]
        if ast.get_docstring(node) and len(node.body) > 1:
            first = node.body[1]
        yield node.name, (node.end_lineno or node.lineno) - first.lineno + 1


def test_a_door_asks_queries_and_actions_never_a_manager() -> None:
    used = [
        f"{path}:{node.lineno}"
        for path in FILES
        if is_door(path)
        for node in nodes(path)
        if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert not used, f".objects is used in {used}"


def test_functions_fit_a_hand() -> None:
    long = {
        f"{path}:{name}"
        for path in FILES
        for name, lines in functions(path)
        if lines > MOST_LINES_OF_A_FUNCTION
    }
    assert long == set(LONG_FUNCTIONS)


def test_files_fit_a_sitting() -> None:
    long = {str(path) for path in FILES if len(text_of(path).splitlines()) > MOST_LINES_OF_A_FILE}
    assert long == set(LONG_FILES)


def test_only_doors_and_stamps_look_at_the_clock() -> None:
    """`datetime.now()` and the like are asked in `zhtj.lib.days` alone, where tests replace them."""
    asked = [
        f"{path}:{node.lineno}"
        for path in FILES
        if path != Path("zhtj/lib/days.py")
        for node in nodes(path)
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "today", "utcnow")
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (node.value.id if isinstance(node.value, ast.Name) else node.value.attr)
        in ("datetime", "date", "timezone")
    ]
    assert not asked, f"the clock is looked at in {asked}: use zhtj.lib.days"


def test_nothing_is_left_undone() -> None:
    words = ("TODO", "FIXME", "XXX", "NotImplementedError", "/tmp/")
    assert not [f"{path}: {word}" for path in FILES for word in words if word in text_of(path)]


def test_nothing_happens_behind_your_back() -> None:
    """No signal handlers, no try-and-see imports."""
    found = [f"{path}:{node.lineno}" for path in FILES for node in nodes(path) if is_hidden(node)]
    assert not found


def is_hidden(node: ast.AST) -> bool:
    if isinstance(node, ast.ImportFrom):
        return node.module in ("django.dispatch", "django.db.models.signals")
    return isinstance(node, ast.Try) and any(
        isinstance(step, ast.Import | ast.ImportFrom) for step in node.body
    )
