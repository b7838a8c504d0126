"""docs/architecture.md shows the rooms of the code and what each imports, as they are."""

import ast
import re
from collections import defaultdict
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("instrumentation", "client", "collector", "warehouse", "web", "cli")
MOST_FILES = 14
# What an import-linter contract cannot say: a room is a sub-package, or the modules beside them.
DOCUMENT = ROOT / "docs" / "architecture.md"
PICTURE = re.compile(r"^([a-z.]+) +→ *([a-z., -]*)$", re.MULTILINE)


def modules() -> list[str]:
    """Every module, as `web.dashboard.links`."""
    return [
        ".".join(path.relative_to(ROOT / package / "spanmart").with_suffix("").parts).removesuffix(
            ".__init__"
        )
        for package in PACKAGES
        for path in (ROOT / package / "spanmart" / package).rglob("*.py")
    ]


def room_of(module: str, known: set[str]) -> str:
    """`web.dashboard` for what is within it; `web` for what stands beside the sub-packages."""
    package, _, rest = module.partition(".")
    inner = f"{package}.{rest.partition('.')[0]}"
    is_package = inner in known and any(other.startswith(f"{inner}.") for other in known)
    return inner if is_package else package


def imported(path: Path) -> set[str]:
    """What the file imports of spanmart, whenever it does."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("spanmart."):
            found |= {f"{node.module}.{alias.name}".removeprefix("spanmart.") for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {
                alias.name.removeprefix("spanmart.")
                for alias in node.names
                if alias.name.startswith("spanmart.")
            }
    return found


def arrows() -> dict[str, set[str]]:
    known = set(modules())
    found: dict[str, set[str]] = defaultdict(set)
    for module in known:
        path = ROOT / module.partition(".")[0] / "spanmart" / module.replace(".", "/")
        file = path / "__init__.py" if path.is_dir() else path.with_suffix(".py")
        room = room_of(module, known)
        found[room] |= {room_of(name, known) for name in imported(file)} - {room}
    return found


def drawn() -> dict[str, set[str]]:
    return {
        room: {each.strip() for each in uses.split(",") if each.strip() not in ("", "-")}
        for room, uses in PICTURE.findall(DOCUMENT.read_text())
    }


def test_the_picture_has_every_room_and_every_arrow() -> None:
    assert drawn() == arrows()


@pytest.mark.parametrize("package", PACKAGES)
def test_no_folder_has_more_files_than_can_be_read_at_a_glance(package: str) -> None:
    crowded = {
        str(folder.relative_to(ROOT)): len(files)
        for folder in (ROOT / package).rglob("*")
        if folder.is_dir()
        and len(files := [file for file in folder.glob("*.py") if file.name != "__init__.py"]) > MOST_FILES
    }
    assert crowded == {}
