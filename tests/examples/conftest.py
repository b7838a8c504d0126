"""The stand-in server is part of an example, which is no installed package: tests find it beside them."""

import sys
from pathlib import Path

sys.path.append(str(Path(__file__).parents[2] / "examples"))
