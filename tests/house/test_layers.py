"""The staircase: zhtj.lib → orgs → cadres → members → progress → the frame (pyproject.toml)."""

import subprocess
import sys
import tomllib
from pathlib import Path

from django.conf import settings

ROOT = Path(settings.BASE_DIR)
NOT_ABOVE = {"lib", "env", "settings"}  # the cellar, and what configures it


def contracts() -> list[dict[str, object]]:
    with (ROOT / "pyproject.toml").open("rb") as file:
        return tomllib.load(file)["tool"]["importlinter"]["contracts"]


def test_import_linter_finds_no_broken_contract() -> None:
    program = Path(sys.executable).parent / "lint-imports"
    done = subprocess.run([program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout


def test_the_contract_names_every_module_of_the_frame() -> None:
    frame = ROOT / "zhtj"
    modules = {path.stem for path in frame.glob("*.py")} | {
        path.parent.name for path in frame.glob("*/__init__.py")
    }
    stairs = next(contract for contract in contracts() if contract["id"] == "stairs")
    top = str(stairs["layers"][0])  # type: ignore[index]
    named = {name.strip().removeprefix("zhtj.") for name in top.split(":")}
    assert modules - {"__init__", "migrations"} - NOT_ABOVE == named


def test_importing_the_frame_package_imports_nothing() -> None:
    source = (ROOT / "zhtj" / "__init__.py").read_text()
    assert "import" not in source
