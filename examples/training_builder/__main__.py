"""Run the application: `python examples/training_builder`, from a checkout or wherever it is installed."""

import sys
from pathlib import Path

# Run as a folder, Python puts that folder first on the path, where its modules would hide installed ones.
_here = Path(__file__).resolve().parent
sys.path[:] = [entry for entry in sys.path if Path(entry).resolve() != _here] + [str(_here.parent)]

import spanmart.instrumentation.auto  # noqa: E402, F401 - the one line that instruments the application
from training_builder.command import main  # noqa: E402

main()
