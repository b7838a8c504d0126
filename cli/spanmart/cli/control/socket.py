"""Asking the `spanmart up` that holds a folder: a socket in the folder, open to its owner alone.

One line of JSON asks, one answers, and what was asked for may hold for as long as the asker stays: a command
is a context manager around its answer, left when the connection ends, also by the asker's death.
"""

import json
import logging
import os
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from socketserver import StreamRequestHandler, ThreadingUnixStreamServer
from typing import Any

from spanmart.warehouse.errors import WarehouseError

SOCKET = ".control.sock"
STATUS = "status"
LONGEST_REQUEST = 64 * 1024
# The operating system takes no longer path for a socket.
LONGEST_ADDRESS = 100

Arguments = dict[str, Any]
Answer = dict[str, Any]
Command = Callable[[Arguments], AbstractContextManager[Answer]]

log = logging.getLogger("spanmart")


class NotRunning(WarehouseError):
    """No `spanmart up` listens in the folder."""


class Refused(WarehouseError):
    """The process that holds the folder could not do it; the message is its own."""


def make_handler(answer: Callable[[], Answer]) -> Command:
    """A command that only answers."""

    @contextmanager
    def command(_arguments: Arguments) -> Iterator[Answer]:
        yield answer()

    return command


class ControlSocket:
    """Answers commands by name; the log tells where the folder takes no socket."""

    def __init__(self, folder: Path, commands: Mapping[str, Command]) -> None:
        self._folder = folder
        self._commands = commands
        self._server: ThreadingUnixStreamServer | None = None

    def start(self) -> None:
        """Listen, and answer each asker in a thread."""
        path = self._folder / SOCKET
        path.unlink(missing_ok=True)  # left by a process that was killed; the folder is ours now
        with _address(self._folder) as address:
            server = _server(address, self._commands)
            try:
                server.server_bind()
                path.chmod(0o600)
                server.server_activate()
            except OSError as error:
                log.warning(
                    "`spanmart token`, `user`, `backup` and others cannot reach this process: %s: %s",
                    path,
                    error,
                )
                server.server_close()
                return
        self._server = server
        threading.Thread(target=server.serve_forever, args=(0.1,), name="control", daemon=True).start()

    def stop(self) -> None:
        if self._server is not None:
            self._server.shutdown()
            self._server.server_close()
            (self._folder / SOCKET).unlink(missing_ok=True)


def _server(address: str, commands: Mapping[str, Command]) -> ThreadingUnixStreamServer:
    class Handler(StreamRequestHandler):
        def handle(self) -> None:
            try:
                with _obey(commands, self.rfile.readline(LONGEST_REQUEST)) as answer:
                    self._send(answer)
                    self.rfile.read()  # until the asker leaves
            except WarehouseError as error:
                self._send({"error": str(error)})

        def _send(self, answer: Answer) -> None:
            self.wfile.write(json.dumps(answer).encode() + b"\n")

    class Server(ThreadingUnixStreamServer):
        daemon_threads = True

    return Server(address, Handler, bind_and_activate=False)


def _obey(commands: Mapping[str, Command], line: bytes) -> AbstractContextManager[Answer]:
    try:
        arguments = json.loads(line)
        command = commands[arguments.pop("command")]
    except (ValueError, AttributeError, TypeError, KeyError, RecursionError):
        raise Refused(f"This spanmart knows no such command: {line[:200]!r}") from None
    return command(arguments)


@contextmanager
def ask(folder: Path, command: str, **arguments: object) -> Iterator[Answer]:
    """The answer to a command, which holds inside the block. Raises NobodyAnswers, Refused."""
    with socket.socket(socket.AF_UNIX) as connection:
        try:
            with _address(folder) as address:
                connection.connect(address)
            connection.sendall(json.dumps({**arguments, "command": command}).encode() + b"\n")
            with connection.makefile("rb") as lines:
                line = lines.readline()
        except OSError as error:
            raise NotRunning(f"No `spanmart up` answers in {folder}: {error.strerror}.") from error
        if not line:
            raise NotRunning(f"The `spanmart up` in {folder} ended before it answered.")
        answer: Answer = json.loads(line)
        if "error" in answer:
            raise Refused(answer["error"])
        yield answer


@contextmanager
def _address(folder: Path) -> Iterator[str]:
    """The socket's address; through the folder's descriptor where the path itself is too long."""
    address = str(folder / SOCKET)
    if len(os.fsencode(address)) <= LONGEST_ADDRESS or not Path("/proc/self/fd").is_dir():
        yield address
        return
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        yield f"/proc/self/fd/{descriptor}/{SOCKET}"
    finally:
        os.close(descriptor)
