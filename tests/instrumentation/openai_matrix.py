"""`make matrix-openai`: runs the tests of the instrumentation with old and new versions of the OpenAI client.

Each version has a virtual environment of its own below `~/.cache/spanmart-matrix`, made once for each
checkout and each content of what goes into it. Prints a table; the exit status is 0 if every version passes.
"""

import argparse
import hashlib
import re
import subprocess
import sys
from pathlib import Path
from typing import NamedTuple

ROOT = Path(__file__).parents[2]
CACHE = Path.home() / ".cache" / "spanmart-matrix"

VERSIONS = {
    # what pip is asked for: why this one
    "openai==1.55.0 httpx<0.28": "the oldest that is supported; it breaks with newer httpx",
    "openai==1.66.0": "the first with the responses API",
    "openai==1.92.0": "chat.completions.parse leaves beta",
    "openai==1.109.1": "the last 1.x",
    "openai==2.0.1": "the first 2.x that stayed",
    "openai==2.54.0": "the last 2.x",
    "openai==3.0.0": "the first 3.x",
    "openai==3.28.0": "half way",
    "openai>=3,<4": "the newest",
}
_TEST_TOOLS = ("pytest", "hypothesis", "pyyaml")
_FREED = re.compile(r"(openai|httpx2?|httpcore2?)==")  # the constraints are of the newest client


class Outcome(NamedTuple):
    """How the tests went with one version."""

    installed: str
    passed: bool
    closing_line: str


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("--only", metavar="TEXT", default="", help="versions whose requirement has this text")
    parser.add_argument("tests", nargs="*", default=["tests/instrumentation"], help="what pytest is to run")
    options = parser.parse_args()
    outcomes = []
    for requirement, why in VERSIONS.items():
        if options.only in requirement:
            outcome = _run(requirement, options.tests)
            outcomes.append(outcome)
            print(f"{outcome.installed:<18}{outcome.closing_line}  ({why})", flush=True)
    return 0 if outcomes and all(outcome.passed for outcome in outcomes) else 1


def _run(requirement: str, tests: list[str]) -> Outcome:
    folder = CACHE / hashlib.sha256(f"{ROOT}\n{requirement}\n{_constraints()}".encode()).hexdigest()[:12]
    python = folder / "bin" / "python"
    log = folder / "tests.log"
    try:
        if not (folder / "complete").exists():
            _install(requirement, folder)
        installed = subprocess.check_output(
            [python, "-c", "import openai; print(openai.__version__)"], text=True
        )
    except subprocess.CalledProcessError as error:
        return Outcome(requirement, passed=False, closing_line=f"cannot be installed: {error}")
    with log.open("w") as output:
        done = subprocess.run(
            [python, "-m", "pytest", "-q", "-p", "no:cacheprovider", *tests],
            cwd=ROOT,
            stdout=output,
            stderr=subprocess.STDOUT,
            check=False,
        )
    last = log.read_text().rstrip().rpartition("\n")[2].strip("= ")
    more = "" if done.returncode == 0 else f"; see {log}"
    return Outcome(f"openai {installed.strip()}", done.returncode == 0, last + more)


def _install(requirement: str, folder: Path) -> None:
    print(f"installing {requirement} into {folder}", file=sys.stderr)
    subprocess.run([sys.executable, "-m", "venv", "--clear", folder], check=True)
    constraints = folder / "constraints.txt"
    constraints.write_text(_constraints())
    pip = (folder / "bin" / "python", "-m", "pip", "install", "--quiet", "--disable-pip-version-check")
    subprocess.run(
        [*pip, "--constraint", constraints, "--editable", ROOT, *requirement.split(), *_TEST_TOOLS],
        check=True,
    )
    (folder / "complete").touch()


def _constraints() -> str:
    lines = (ROOT / "constraints.txt").read_text().splitlines(keepends=True)
    return "".join(line for line in lines if not _FREED.match(line))


if __name__ == "__main__":
    sys.exit(main())
