"""What holds for every request: whose host it names, whose page may write, and what a browser may load.

There are no inline scripts or styles anywhere, so the policy needs no exception. Cross-site writes are told
by the Origin and Sec-Fetch-Site headers that every browser sends; a program that sends neither has no cookies
to be misused.
"""

import ipaddress
import re
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from flask import Flask, Response, request

from spanmart.web.http.errors import Forbidden, ForeignHost

if TYPE_CHECKING:
    from spanmart.web.settings import Site

CONTENT_SECURITY_POLICY = "; ".join(
    [
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "connect-src 'self'",
        "img-src 'self' data:",
        "form-action 'self'",
        "base-uri 'none'",
        "frame-ancestors 'none'",
    ]
)
HEADERS = {
    "Content-Security-Policy": CONTENT_SECURITY_POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}
# What a browser may keep, for it is the same for everybody.
KEPT = {"static", "vega.library"}
READING = {"GET", "HEAD", "OPTIONS"}
YEAR_S = 365 * 24 * 3600

_HOST = re.compile(r"(?:\[(?P<ipv6>[0-9a-fA-F:.]+)\]|(?P<name>[A-Za-z0-9._-]+))(?::\d{1,5})?")


def guard(app: Flask, site: "Site") -> None:
    """Check the host and the origin of every request, and send the headers with every response."""
    allowed = {host.lower().strip("[]") for host in site.hosts}

    def check_host() -> None:
        host = request.headers.get("Host", "")
        name = _name_of(host)
        if not (name in allowed or _is_loopback(name) or (site.any_address and _is_address(name))):
            raise ForeignHost(
                f"This server does not answer for the host {host!r}. Open it as localhost, or name the host"
                " in its configuration."
            )

    def add_headers(response: Response) -> Response:
        response.headers.update(HEADERS)
        if site.https:
            response.headers["Strict-Transport-Security"] = f"max-age={YEAR_S}"
        if request.endpoint not in KEPT:
            response.headers["Cache-Control"] = "no-store"
            response.vary.update(["Cookie", "Authorization"])
        return response

    app.before_request(check_host)
    app.before_request(_check_origin)
    app.after_request(add_headers)


def _check_origin() -> None:
    if request.method in READING:
        return
    site = request.headers.get("Sec-Fetch-Site")
    origin = request.headers.get("Origin")
    same_site = site in (None, "same-origin", "none")
    same_origin = origin is None or urlsplit(origin).netloc == request.headers.get("Host")
    if not (same_site and same_origin):
        raise Forbidden("A page of another site asked for this. Only spanmart's own pages can write.")


def _name_of(host: str) -> str:
    match = _HOST.fullmatch(host)
    return (match["ipv6"] or match["name"]).lower() if match else ""


def _is_loopback(name: str) -> bool:
    return name == "localhost" or (_is_address(name) and ipaddress.ip_address(name).is_loopback)


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
