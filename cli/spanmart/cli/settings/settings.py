"""Settings: a flag wins over a SPANMART_* variable, that over spanmart.toml, that over the default."""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from spanmart.cli.settings import parsers as values

FILE = "spanmart.toml"
PREFIX = "SPANMART_"


class ConfigError(Exception):
    """A setting is unknown or does not fit; the message names the key, the value and where it was set."""


def _meta(
    parse: Callable[[object], object],
    wanted: str,
    about: str,
    *,
    metavar: str = "N",
    unset: str = "",
    secret: bool = False,
) -> dict[str, object]:
    """`unset` says what holds where nothing is set, if the default itself does not.

    What is secret has no flag, which every process of the machine could read, and is shown nowhere.
    """
    return {
        "parse": parse,
        "wanted": wanted,
        "about": about,
        "metavar": metavar,
        "unset": unset,
        "secret": secret,
    }


_PORT = "a port from 0 to 65535 (0 takes any free one)"
_HOST = "a host name or address"


@dataclass(frozen=True)
class Settings:
    """What can be configured; each name is a flag, a SPANMART_* variable and a key of spanmart.toml."""

    data: Path = field(
        default=Path("spanmart-data"),
        metadata=_meta(values.path, "a folder", "Folder that holds all data.", metavar="DIR"),
    )
    host: str = field(
        default="127.0.0.1",
        metadata=_meta(
            values.text,
            _HOST,
            "Address of pages and API; beyond loopback everybody logs in.",
            metavar="HOST",
        ),
    )
    public_url: str | None = field(
        default=None,
        metadata=_meta(
            values.site_url,
            "an address as https://insights.example.com (no path)",
            "Where people open the pages, behind a proxy.",
            metavar="URL",
            unset="that of --host",
        ),
    )
    oidc_issuer: str | None = field(
        default=None,
        metadata=_meta(
            values.issuer,
            "an address as https://login.example.com (http on this machine alone)",
            "OpenID Connect provider to log in through; needs the extra `oidc`.",
            metavar="URL",
            unset="passwords alone",
        ),
    )
    oidc_client_id: str | None = field(
        default=None,
        metadata=_meta(
            values.text, "text", "Name of spanmart at that provider.", metavar="TEXT", unset="none"
        ),
    )
    oidc_client_secret: str | None = field(
        default=None,
        repr=False,
        metadata=_meta(values.text, "text", "What spanmart shows that provider.", unset="none", secret=True),
    )
    oidc_name_claim: str = field(
        default="email",
        metadata=_meta(
            values.text, "text", "Claim of that provider that is a person's name here.", metavar="CLAIM"
        ),
    )
    oidc_add_viewers: bool = field(
        default=False,
        metadata=_meta(
            values.switch,
            "true or false",
            "Add whoever comes from that provider and is unknown here, as a viewer.",
            unset="off",
        ),
    )
    web_port: int = field(
        default=8080, metadata=_meta(values.port, _PORT, "Port of pages and API; 0: any free.")
    )
    otlp_host: str | None = field(
        default=None,
        metadata=_meta(
            values.text,
            _HOST,
            "Address for OTLP; beyond loopback senders need a token.",
            metavar="HOST",
            unset="that of --host",
        ),
    )
    otlp_http_port: int = field(
        default=4318, metadata=_meta(values.port, _PORT, "Port for OTLP over HTTP; 0: any free.")
    )
    otlp_grpc_port: int = field(
        default=4317, metadata=_meta(values.port, _PORT, "Port for OTLP over gRPC; 0: any free.")
    )
    otlp_require_token: bool = field(
        default=False,
        metadata=_meta(
            values.switch, "true or false", "Ask senders for a token on loopback too.", unset="off"
        ),
    )
    otlp_tls_cert: Path | None = field(
        default=None,
        metadata=_meta(
            values.path,
            "a file",
            "Certificate chain (PEM): OTLP over TLS alone, HTTP and gRPC.",
            metavar="FILE",
            unset="no TLS",
        ),
    )
    otlp_tls_key: Path | None = field(
        default=None,
        metadata=_meta(
            values.path, "a file", "Private key of that certificate (PEM).", metavar="FILE", unset="no TLS"
        ),
    )
    otlp_cors_origin: tuple[str, ...] = field(
        default=(),
        metadata=_meta(
            values.origins,
            "origins as browsers write them, such as https://app.example.com (no path, no *)",
            "Let pages of this origin send; repeatable.",
            metavar="ORIGIN",
            unset="no pages",
        ),
    )
    prices_file: Path | None = field(
        default=None,
        metadata=_meta(
            values.path,
            "a file",
            "Own prices, discounts and aliases (TOML).",
            metavar="FILE",
            unset="prices.toml in the data folder",
        ),
    )
    requests_per_minute: float = field(
        default=3000.0,
        metadata=_meta(
            values.above_zero, "a number above 0", "Pages and API answer one caller at most so often."
        ),
    )
    refresh_seconds: float = field(
        default=5.0,
        metadata=_meta(
            values.above_zero, "a number of seconds above 0", "Refresh the marts at most this often."
        ),
    )
    retention_days: float | None = field(
        default=None,
        metadata=_meta(
            values.above_zero,
            "a number of days above 0",
            "Delete what landed longer ago, from ledger and marts.",
            unset="keep all",
        ),
    )
    text_retention_days: float | None = field(
        default=None,
        metadata=_meta(
            values.above_zero,
            "a number of days above 0",
            "Remove prompts, answers and other texts that landed longer ago.",
            unset="keep all",
        ),
    )


SETTINGS: Mapping[str, "Field[Any]"] = {setting.name: setting for setting in fields(Settings)}


def flag_of(name: str) -> str:
    """Return the flag that sets this setting."""
    return "--" + name.replace("_", "-")


def variable_of(name: str) -> str:
    """Return the environment variable that sets this setting."""
    return PREFIX + name.upper()


def default_of(name: str) -> str:
    """Return what holds where the setting is not set, for a person to read."""
    setting = SETTINGS[name]
    return setting.metadata["unset"] or str(setting.default)


def load(flags: Mapping[str, object], environment: Mapping[str, str], folder: Path) -> Settings:
    """Read the settings; a flag of None or () was not given, the file is in `folder`. Raises ConfigError."""
    in_file = _read_file(folder / FILE)
    chosen: dict[str, Any] = {}
    for name in SETTINGS:
        for source, value in _candidates(name, flags, environment, in_file):
            chosen[name] = _parse(name, value, source)
            break
    return Settings(**chosen)


def _candidates(
    name: str, flags: Mapping[str, object], environment: Mapping[str, str], in_file: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """Yield where the setting is set and to what, the strongest first."""
    if flags.get(name) not in (None, ()):
        yield flag_of(name), flags[name]
    if variable_of(name) in environment:
        yield f"the environment variable {variable_of(name)}", environment[variable_of(name)]
    if name in in_file:
        yield f"{name} in {FILE}", in_file[name]


def _parse(name: str, value: object, source: str) -> object:
    metadata = SETTINGS[name].metadata
    try:
        return metadata["parse"](value)
    except ValueError:
        shown = "A secret" if metadata["secret"] else repr(value)
        raise ConfigError(
            f"{shown}, given by {source}, does not fit: expected {metadata['wanted']}."
        ) from None


def _read_file(path: Path) -> dict[str, object]:
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{path} cannot be read: {error}") from error
    for key in content:
        if key not in SETTINGS:
            raise ConfigError(f"{path} has the unknown key {key!r}. {_advice(key)}")
    return content


def _advice(key: str) -> str:
    close = get_close_matches(key, SETTINGS, n=1)
    return f"Did you mean {close[0]!r}?" if close else f"Known keys: {', '.join(SETTINGS)}."
