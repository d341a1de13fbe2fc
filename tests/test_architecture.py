"""Who may import whom: the contracts in `pyproject.toml`, kept, and with no module outside them."""

from __future__ import annotations

import subprocess
import sys
import tomllib
from pathlib import Path

ROOT = Path(__file__).parent.parent
PACKAGES = ("bot", "handlers", "scheduler", "storage")


def test_nobody_imports_what_they_may_not_see() -> None:
    # In a process of its own: it sets up logging anew, and would silence every test behind it.
    lint = "import sys; from importlinter.cli import lint_imports; sys.exit(lint_imports(no_cache=True))"
    done = subprocess.run([sys.executable, "-c", lint], cwd=ROOT, capture_output=True, text=True, check=False)

    assert done.returncode == 0, done.stdout


def test_every_module_has_its_place_in_the_layers() -> None:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    layers = next(each["layers"] for each in contracts if each["type"] == "layers")
    placed = {name.strip() for layer in layers for name in layer.replace(":", "|").split("|")}
    found = {
        f"bot.{path.stem}" for path in (ROOT / "bot").iterdir() if path.suffix == ".py" and path.stem != "__init__"
    }
    found |= {f"bot.{path.parent.name}" for path in (ROOT / "bot").glob("*/__init__.py")}
    assert found | {"handlers", "scheduler", "storage"} == placed


def test_every_module_says_why_it_exists() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for package in PACKAGES
        for path in (ROOT / package).rglob("*.py")
        if (text := path.read_text(encoding="utf-8")) and not text.startswith('"""')
    ]
    assert silent == []


def test_rules_and_cards_never_read_the_clock() -> None:
    pure = [*(ROOT / "bot" / "rules").rglob("*.py"), *(ROOT / "bot" / "cards").rglob("*.py")]
    assert [str(path) for path in pure if "datetime.now(" in path.read_text() or ".today()" in path.read_text()] == []
