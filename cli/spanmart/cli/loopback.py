"""Addresses that only this machine can reach."""

import ipaddress
import socket

from spanmart.cli.options import CannotStart


def is_loopback(host: str) -> bool:
    """Say whether every address of this host is a loopback address; `CannotStart` if it has none."""
    try:
        found = socket.getaddrinfo(host, None)
    except OSError as error:
        raise CannotStart(f"--host {host} is no address of this machine: {error}. Try 127.0.0.1.") from error
    return all(ipaddress.ip_address(str(address[4][0]).partition("%")[0]).is_loopback for address in found)


def url_of(host: str, port: int) -> str:
    """Return the address to open or send to."""
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"
