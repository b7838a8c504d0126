"""What a setting may be: each takes text of a flag or variable, or TOML's own type, and raises ValueError."""

import math
import re
from pathlib import Path

# As a browser writes it: no path, no slash at the end. A star would let in every page there is.
_ORIGIN = re.compile(r"[a-z][a-z0-9+.-]*://[^\s/?#@*,]+")
_ISSUER = re.compile(
    r"(https://[^\s/?#@]+|http://(localhost|127\.0\.0\.1|\[::1\])(:\d+)?)(/[^\s?#]*)?", re.IGNORECASE
)
_WORDS = {
    "true": True,
    "1": True,
    "yes": True,
    "on": True,
    "false": False,
    "0": False,
    "no": False,
    "off": False,
}


def port(value: object) -> int:
    """A TCP port, or 0."""
    number = int(value) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 65_535:
        raise ValueError
    return number


def above_zero(value: object) -> float:
    """A duration in the setting's own unit."""
    number = float(value) if isinstance(value, str | int) and not isinstance(value, bool) else value
    if not isinstance(number, float) or not 0 < number < math.inf:
        raise ValueError
    return number


def text(value: object) -> str:
    """Text that is not blank."""
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def path(value: object) -> Path:
    """A file or folder; `~` is the home folder."""
    return value if isinstance(value, Path) else Path(text(value)).expanduser()


def switch(value: object) -> bool:
    """On or off."""
    found = _WORDS.get(value.strip().lower()) if isinstance(value, str) else value
    if not isinstance(found, bool):
        raise ValueError
    return found


def origins(value: object) -> tuple[str, ...]:
    """Origins of pages: one or several; with commas between them where it is one text."""
    listed = value.split(",") if isinstance(value, str) else value
    if not isinstance(listed, list | tuple):
        raise ValueError
    return tuple(_origin(one) for one in listed)


def site_url(value: object) -> str:
    """The address of a site, with its scheme and without a path."""
    url = text(value).strip().lower().rstrip("/")
    if not (_ORIGIN.fullmatch(url) and url.startswith(("http://", "https://"))):
        raise ValueError
    return url


def issuer(value: object) -> str:
    """The address of an OpenID Connect provider: with TLS, for its keys come from there."""
    url = text(value).strip().rstrip("/")
    if not _ISSUER.fullmatch(url):
        raise ValueError
    return url


def _origin(value: object) -> str:
    origin = text(value).strip().lower()
    if not _ORIGIN.fullmatch(origin):
        raise ValueError
    return origin
