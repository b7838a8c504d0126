"""Virtual environments for peers, outside the repository: their dependencies must not meet ours."""

import hashlib
import subprocess
import sys
from pathlib import Path

from benchmarks.ingest.receivers.receiver import CannotStart

CACHE = Path.home() / ".cache" / "spanmart-bench"
_PINS = Path(__file__).parents[1] / "peers"


def environment(name: str, cache: Path) -> Path:
    """The folder of an environment with what `peers/<name>.txt` pins; made once for each content."""
    pins = _PINS / f"{name}.txt"
    folder = cache / f"{name}-{hashlib.sha256(pins.read_bytes()).hexdigest()[:12]}"
    complete = folder / "complete"
    if not complete.exists():
        print(f"installing {name} into {folder}", file=sys.stderr)
        _run(name, [sys.executable, "-m", "venv", "--clear", str(folder)])
        pip = [
            str(folder / "bin" / "python"),
            "-m",
            "pip",
            "install",
            "--quiet",
            "--disable-pip-version-check",
        ]
        _run(name, [*pip, "--no-deps", "--requirement", str(pins)])
        complete.touch()
    return folder


def _run(name: str, command: list[str]) -> None:
    done = subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        reason = done.stderr.strip().splitlines()[-1:] or ["no message"]
        raise CannotStart(f"{name} cannot be installed: {reason[0][:200]}")
