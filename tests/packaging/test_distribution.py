"""What `pip install` puts on a machine: one light half, one server half, nothing beside `spanmart/`."""

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("wheel")
    subprocess.run(
        [sys.executable, "-m", "build", "--wheel", "--outdir", str(folder), str(ROOT)],
        check=True,
        capture_output=True,
    )
    (built,) = folder.glob("*.whl")
    return built


@pytest.fixture(scope="module")
def light_environment(wheel: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A new virtual environment with the wheel and no extras; returns its Python."""
    folder = tmp_path_factory.mktemp("light")
    subprocess.run([sys.executable, "-m", "venv", str(folder)], check=True)
    python = folder / "bin" / "python"
    constraints = ROOT / "constraints.txt"
    subprocess.run(
        [str(python), "-m", "pip", "install", "--quiet", "--constraint", str(constraints), str(wheel)],
        check=True,
    )
    return python


def paths(wheel: Path) -> list[str]:
    with zipfile.ZipFile(wheel) as archive:
        return archive.namelist()


def test_every_path_in_the_wheel_is_below_spanmart(wheel: Path) -> None:
    own = [path for path in paths(wheel) if ".dist-info/" not in path]
    assert own
    assert [path for path in own if not path.startswith("spanmart/")] == []


def test_spanmart_is_a_namespace_package_and_each_part_is_typed(wheel: Path) -> None:
    names = set(paths(wheel))
    assert "spanmart/__init__.py" not in names
    for part in ("instrumentation", "client", "collector", "warehouse", "web", "cli"):
        assert f"spanmart/{part}/py.typed" in names


def test_the_wheel_carries_what_the_server_reads_at_run_time(wheel: Path) -> None:
    """Each data file that git tracks beside the code is in the wheel, at the place where the code looks."""
    renamed = {
        "dbt_project/": "spanmart/warehouse/dbt_project/",
        "examples/training_builder/": "spanmart/cli/training_builder/",
    }
    parts = ("instrumentation", "client", "collector", "warehouse", "web", "cli")
    renamed |= {f"{part}/spanmart/": "spanmart/" for part in parts}
    tracked = subprocess.run(
        ["git", "ls-files", *renamed], cwd=ROOT, check=True, capture_output=True, text=True
    ).stdout.splitlines()
    expected = {
        new + path.removeprefix(old)
        for path in tracked
        for old, new in renamed.items()
        if path.startswith(old)
    }
    assert "spanmart/warehouse/dbt_project/dbt_project.yml" in expected
    assert expected - set(paths(wheel)) == set()


def test_without_extras_no_server_library_is_installed(light_environment: Path) -> None:
    listed = subprocess.run(
        [str(light_environment), "-m", "pip", "list", "--format=freeze"],
        check=True,
        capture_output=True,
        text=True,
    ).stdout.lower()
    installed = {line.split("==")[0] for line in listed.splitlines()}
    assert "spanmart" in installed
    assert installed & {"duckdb", "dbt-core", "dbt-duckdb", "flask", "pyarrow", "grpcio", "openai"} == set()


def test_the_light_half_imports_and_says_what_the_command_needs(light_environment: Path) -> None:
    subprocess.run(
        [str(light_environment), "-c", "import spanmart.instrumentation.auto, spanmart.client"],
        check=True,
        env={"OTEL_SDK_DISABLED": "true"},
    )
    command = subprocess.run(
        [str(light_environment.parent / "spanmart"), "up"], capture_output=True, text=True, check=False
    )
    assert command.returncode == 2
    assert "pip install 'spanmart[server]'" in command.stderr
    assert "Traceback" not in command.stderr
