"""The time zone in which a page's dates and days are meant. The marts, and the API, are in UTC."""

from datetime import UTC, date, datetime, time, timedelta, tzinfo
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

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
    """A date or time as the filters take it, in UTC. What is neither stays for the filters to refuse.

    An end that is a date includes that day, so it ends where the next one begins.
    """
    try:
        return f"{_moment(written, zone, is_end).astimezone(UTC).replace(tzinfo=None).isoformat()}Z"
    except (ValueError, OverflowError):
        return written


def _moment(written: str, zone: tzinfo, is_end: bool) -> datetime:
    if len(written) == len("2026-01-31"):
        return datetime.combine(date.fromisoformat(written) + timedelta(days=int(is_end)), time(), zone)
    moment = datetime.fromisoformat(written)
    return moment if moment.tzinfo else moment.replace(tzinfo=zone)
