"""Addresses that only this machine can reach."""

import ipaddress
import socket

from spanmart.cli.settings.click_options import CannotStart

EVERY_ADDRESS = ("0.0.0.0", "::")  # noqa: S104 - what people type, not what is listened on by default


def is_loopback(host: str, option: str = "--host") -> bool:
    """Say whether every address of this host is loopback; `CannotStart`, naming `option`, if it has none."""
    try:
        found = socket.getaddrinfo(host, None)
    except OSError as error:
        raise CannotStart(
            f"{option} {host} is no address of this machine: {error}. Try 127.0.0.1."
        ) from error
    return all(ipaddress.ip_address(str(address[4][0]).partition("%")[0]).is_loopback for address in found)


def url_of(host: str, port: int, scheme: str = "http") -> str:
    """Return the address to open or send to; where every address is listened on, by this machine's name."""
    name = socket.gethostname() if host in EVERY_ADDRESS else host
    return f"{scheme}://[{name}]:{port}" if ":" in name else f"{scheme}://{name}:{port}"
