"""The time zone in which a page's dates and days are meant. The marts, and the API, are in UTC."""

from datetime import UTC, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from spanmart.warehouse.queries.filters import parse_moment

# What the form offers; any other name of the IANA database can stand in the address.
OFFERED = (
    "America/Los_Angeles",
    "America/Denver",
    "America/Chicago",
    "America/New_York",
    "America/Sao_Paulo",
    "Europe/London",
    "Europe/Berlin",
    "Europe/Helsinki",
    "Africa/Lagos",
    "Africa/Johannesburg",
    "Asia/Dubai",
    "Asia/Kolkata",
    "Asia/Singapore",
    "Asia/Tokyo",
    "Australia/Sydney",
    "Pacific/Auckland",
)


def zone_of(name: str | None) -> tzinfo:
    """The zone of that name, UTC if there is none given. ValueError for an unknown one."""
    if name in (None, "UTC"):
        return UTC
    try:
        return ZoneInfo(str(name))
    except (ZoneInfoNotFoundError, ValueError, OSError):
        raise ValueError(f"{name!r} is not a time zone such as Europe/Berlin") from None


def convert_to_utc(written: str, zone: tzinfo, *, is_end: bool = False) -> str:
    """A date or time as the filters take it, in UTC. What is neither stays for the filters to refuse."""
    try:
        return f"{parse_moment(written, zone, is_end=is_end).isoformat()}Z"
    except ValueError:
        return written
