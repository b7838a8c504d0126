"""Where things are: the dbt project as installed, and dbt's own files in the data folder."""

import json
from dataclasses import dataclass
from pathlib import Path

from spanmart.warehouse.errors import WarehouseError

_HERE = Path(__file__).resolve()


class DbtProjectMissing(WarehouseError):
    """The installation lacks the dbt project."""


def dbt_project_dir() -> Path:
    """The dbt project: within the warehouse in a wheel, at the root of an editable checkout."""
    for candidate in (_HERE.parents[1] / "dbt_project", _HERE.parents[4] / "dbt_project"):
        if (candidate / "dbt_project.yml").is_file():
            return candidate
    raise DbtProjectMissing(
        f"The dbt project is neither in {_HERE.parents[1]} nor in {_HERE.parents[4]}. "
        "Install spanmart[server] again, or run from a whole checkout."
    )


@dataclass(frozen=True)
class DbtFiles:
    """What dbt writes for one data folder. The installed project may be read-only, so nothing goes there."""

    profiles: Path
    target: Path
    logs: Path

    @classmethod
    def under(cls, folder: Path) -> "DbtFiles":
        """The places inside `folder`, created where missing."""
        base = folder / "dbt"
        files = cls(base, base / "target", base / "logs")
        for path in (files.target, files.logs):
            path.mkdir(parents=True, exist_ok=True)
        return files

    def write_profile(self, marts: Path, **attached: Path) -> None:
        """Point dbt at the files. No settings: the process that holds them open has none either."""
        target = {
            "type": "duckdb",
            "path": str(marts),
            "schema": "main",
            "threads": 1,
            "attach": [{"path": str(path), "alias": alias} for alias, path in attached.items()],
        }
        profile = {"spanmart": {"target": "warehouse", "outputs": {"warehouse": target}}}
        path = self.profiles / "profiles.yml"
        text = json.dumps(profile)  # JSON is YAML
        # A dbt that runs may be reading it.
        if not path.exists() or path.read_text(encoding="utf-8") != text:
            path.write_text(text, encoding="utf-8")
