"""A request as WSGI has it, and the application's answer to it, a piece at a time."""

import io
import sys
import threading
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator

    from _typeshed.wsgi import WSGIApplication, WSGIEnvironment
    from asgiref.typing import HTTPScope

# The whole body has been read: how it came is no longer of interest.
LEFT_OUT = frozenset({b"content-type", b"content-length", b"transfer-encoding"})
# Answers of these never have a body, and say no length.
EMPTY_STATUS = (204, 304)


def environ(scope: "HTTPScope", body: bytes, length: int | None) -> "WSGIEnvironment":
    """The environment; `length` is what the body is said to have, also where it is too large to be there."""
    client, server = scope["client"] or ("", 0), scope["server"] or ("", 0)
    made: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": unquote_to_bytes(scope["raw_path"]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "REMOTE_ADDR": client[0],
        "REMOTE_PORT": str(client[1]),
        "SERVER_NAME": server[0],
        "SERVER_PORT": str(server[1]),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
        **_headers(scope),
    }
    if length is not None:
        made["CONTENT_LENGTH"] = str(length)
    return made


def _headers(scope: "HTTPScope") -> dict[str, str]:
    found: dict[str, str] = {}
    for name, value in scope["headers"]:
        # X_Forwarded_For would be taken for X-Forwarded-For.
        if b"_" in name or (name in LEFT_OUT and name != b"content-type"):
            continue
        key = name.decode("latin-1").upper().replace("-", "_")
        key = key if name == b"content-type" else f"HTTP_{key}"
        text = value.decode("latin-1")
        separator = "; " if name == b"cookie" else ","
        found[key] = f"{found[key]}{separator}{text}" if key in found else text
    return found


class Answer:
    """One call of the application. Its methods may be called in any thread, one at a time."""

    def __init__(self, app: "WSGIApplication", made: "WSGIEnvironment") -> None:
        self.status = 500
        self.headers: list[tuple[bytes, bytes]] = []
        self._app = app
        self._environ = made
        self._given: Iterable[bytes] = ()
        self._pieces: Iterator[bytes] = iter(())
        self._one_at_a_time = threading.Lock()

    def begin(self) -> bytes | None:
        """Call the application: the whole body, or None where the answer is a stream."""
        with self._one_at_a_time:
            self._given = self._app(self._environ, self._start)
            if self._has_length:
                try:
                    return b"".join(self._given)
                finally:
                    self._close()
            self._pieces = iter(self._given)
            return None

    def next_piece(self) -> bytes | None:
        """The next piece of a stream that is not empty, None at its end."""
        with self._one_at_a_time:
            return next(filter(None, self._pieces), None)

    def close(self) -> None:
        """Say that nothing more is wanted, once what is under way has ended."""
        with self._one_at_a_time:
            self._close()

    def _close(self) -> None:
        close = getattr(self._given, "close", None)
        self._given = ()
        if close:
            close()

    @property
    def _has_length(self) -> bool:
        return (
            self.status in EMPTY_STATUS
            or self._environ["REQUEST_METHOD"] == "HEAD"
            or any(name == b"content-length" for name, _ in self.headers)
        )

    def _start(self, status: str, headers: list[tuple[str, str]], exc_info: object = None, /) -> Any:  # noqa: ANN401 - as WSGI has it
        self.status = int(status.split(" ", 1)[0])
        self.headers = [
            (name.lower().encode("latin-1"), value.encode("latin-1", "replace")) for name, value in headers
        ]
        return _write


def _write(_: bytes) -> None:
    raise NotImplementedError("The answer is what the application returns.")
