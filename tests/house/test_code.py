"""The habits of the house that a machine can see."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
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


def functions(path: Path) -> Iterator[tuple[str, int]]:
    """Name and length of every function; the docstring and the decorators are not counted."""
    for node in ast.walk(ast.parse((ROOT / path).read_text())):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            continue
        first = node.body[0]
        if ast.get_docstring(node) and len(node.body) > 1:
            first = node.body[1]
        yield node.name, (node.end_lineno or node.lineno) - first.lineno + 1


@pytest.mark.parametrize("path", [path for path in FILES if is_door(path)], ids=str)
def test_a_door_asks_queries_and_actions_never_a_manager(path: Path) -> None:
    tree = ast.parse((ROOT / path).read_text())
    used = [
        node.lineno for node in ast.walk(tree) if isinstance(node, ast.Attribute) and node.attr == "objects"
    ]
    assert not used, f"{path} uses .objects in lines {used}"


def test_functions_fit_a_hand() -> None:
    long = {
        f"{path}:{name}"
        for path in FILES
        for name, lines in functions(path)
        if lines > MOST_LINES_OF_A_FUNCTION
    }
    assert long == set(LONG_FUNCTIONS)


def test_files_fit_a_sitting() -> None:
    long = {str(path) for path in FILES if len((ROOT / path).read_text().splitlines()) > MOST_LINES_OF_A_FILE}
    assert long == set(LONG_FILES)


@pytest.mark.parametrize("path", FILES, ids=str)
def test_only_doors_and_stamps_look_at_the_clock(path: Path) -> None:
    """`datetime.now()` and the like are asked in `zhtj.lib.days` alone, where tests replace them."""
    if path == Path("zhtj/lib/days.py"):
        return
    tree = ast.parse((ROOT / path).read_text())
    asked = [
        node.lineno
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute)
        and node.attr in ("now", "today", "utcnow")
        and isinstance(node.value, ast.Name | ast.Attribute)
        and (node.value.id if isinstance(node.value, ast.Name) else node.value.attr)
        in ("datetime", "date", "timezone")
    ]
    assert not asked, f"{path} looks at the clock in lines {asked}: use zhtj.lib.days"


@pytest.mark.parametrize("path", FILES, ids=str)
def test_nothing_is_left_undone(path: Path) -> None:
    text = (ROOT / path).read_text()
    assert not [word for word in ("TODO", "FIXME", "XXX", "NotImplementedError", "/tmp/") if word in text]


@pytest.mark.parametrize("path", FILES, ids=str)
def test_nothing_happens_behind_your_back(path: Path) -> None:
    """No signal handlers, no try-and-see imports."""
    tree = ast.parse((ROOT / path).read_text())
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            assert node.module not in ("django.dispatch", "django.db.models.signals"), path
        if isinstance(node, ast.Try):
            assert not any(isinstance(step, ast.Import | ast.ImportFrom) for step in node.body), path
