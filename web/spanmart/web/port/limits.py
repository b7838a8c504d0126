"""For how long the port waits, and how much it holds meanwhile."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Limits:
    """What one who connects may take. Seconds are of the whole, not from one byte to the next."""

    head_s: float = 15.0  # from the first byte of a request to the end of its headers
    body_s: float = 60.0  # from there to the end of its body
    idle_s: float = 75.0  # between requests, and before the first
    unread_s: float = 30.0  # for a slice of an answer to be taken
    slice_bytes: int = 256 * 1024
    head_bytes: int = 64 * 1024
    connections: int = 2048
    connections_of_address: int = 1024
    unfinished_of_address: int = 256  # requests of which only a part has come
    bodies_bytes: int = 64 * 1024 * 1024  # of all requests together
    threads: int = 16
    streams: int = 16  # answers that are made while they are sent; others wait for their turn
