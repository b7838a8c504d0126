"""The library that draws charts in the browser: made from vl-convert, which carries it, and kept in memory.

Making it starts a JavaScript engine of 130 MB; that is done once, when a page first asks, in a process of its
own that ends with it. Its address names the version, so browsers keep it for good.
"""

import subprocess
import sys
import threading
from importlib.metadata import version

from flask import Blueprint, Response

blueprint = Blueprint("vega", __name__)

VERSION = version("vl-convert-python")
# All that charts.js needs of it.
SNIPPET = "window.vegaEmbed = vegaEmbed;"
MAKE = "import sys, vl_convert; sys.stdout.write(vl_convert.javascript_bundle(sys.argv[1]))"
FOR_GOOD = "public, max-age=31536000, immutable"

_made: list[bytes] = []
_making = threading.Lock()


@blueprint.get(f"/static/vega-{VERSION}.js")
def library() -> Response:
    """Send it."""
    response = Response(_library(), content_type="text/javascript; charset=utf-8")
    response.headers["Cache-Control"] = FOR_GOOD
    return response


def _library() -> bytes:
    with _making:
        if not _made:
            command = [sys.executable, "-X", "utf8", "-c", MAKE, SNIPPET]
            made = subprocess.run(command, check=True, capture_output=True)  # noqa: S603 - all our own words
            _made.append(made.stdout)
    return _made[0]
