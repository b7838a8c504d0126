"""Browsers: the pages of which origins may send.

A browser says of which origin the page is, and asks first whether it may send. Pages of other origins are
refused also where no token is asked for: any page in the world could else write to a receiver on its reader's
own machine, by pointing its own host name there.
"""

from collections.abc import Collection, Mapping

from google.rpc.code_pb2 import Code

from spanmart.collector.otlp.refusal import Refusal

PREFLIGHT_HOLDS_S = 7200


class Cors:
    """The listed origins, each as a browser writes it: `https://app.example.com`."""

    def __init__(self, origins: Collection[str] = ()) -> None:
        self._origins = frozenset(origins)

    def check(self, origin: str | None) -> None:
        """Let in what no page sent, and pages of a listed origin; else raise Refusal."""
        if origin is not None and origin not in self._origins:
            raise Refusal(
                403,
                Code.PERMISSION_DENIED,
                f"Pages of the origin {origin!r} may not send here. To let them, start spanmart with "
                f"--otlp-cors-origin {origin}",
            )

    def headers(self, origin: str | None) -> Mapping[str, str]:
        """What lets a page of a listed origin read the answer, a refusal included; else nothing."""
        if origin not in self._origins:
            return {}
        return {
            "Access-Control-Allow-Origin": origin,
            # Nothing here uses cookies, but navigator.sendBeacon always asks as if.
            "Access-Control-Allow-Credentials": "true",
            "Access-Control-Expose-Headers": "Retry-After, WWW-Authenticate",
            "Vary": "Origin",
        }

    def preflight_headers(self, origin: str, wanted_headers: str | None) -> Mapping[str, str]:
        """Answer a browser that asks whether a page of a listed origin may POST with these headers."""
        allowed = {"Access-Control-Allow-Headers": wanted_headers} if wanted_headers else {}
        return {
            **self.headers(origin),
            **allowed,
            "Access-Control-Allow-Methods": "POST",
            "Access-Control-Max-Age": str(PREFLIGHT_HOLDS_S),
        }
