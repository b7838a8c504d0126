"""Settings: a flag wins over a SPANMART_* variable, that over spanmart.toml, that over the default."""

import math
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import Field, dataclass, field, fields
from difflib import get_close_matches
from pathlib import Path
from typing import Any

FILE = "spanmart.toml"
PREFIX = "SPANMART_"


class ConfigError(Exception):
    """A setting is unknown or does not fit; the message names the key, the value and where it was set."""


def _port(value: object) -> int:
    number = int(value) if isinstance(value, str) else value
    if not isinstance(number, int) or isinstance(number, bool) or not 0 <= number <= 65_535:
        raise ValueError
    return number


def _seconds(value: object) -> float:
    number = float(value) if isinstance(value, str | int) and not isinstance(value, bool) else value
    if not isinstance(number, float) or not 0 < number < math.inf:
        raise ValueError
    return number


def _text(value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise ValueError
    return value


def _folder(value: object) -> Path:
    return value if isinstance(value, Path) else Path(_text(value)).expanduser()


def _meta(parse: Callable[[object], object], wanted: str, about: str) -> dict[str, object]:
    return {"parse": parse, "wanted": wanted, "about": about}


_PORT = "a port from 0 to 65535 (0 takes any free one)"


@dataclass(frozen=True)
class Settings:
    """What can be configured; each name is a flag, a SPANMART_* variable and a key of spanmart.toml."""

    data: Path = field(
        default=Path("spanmart-data"), metadata=_meta(_folder, "a folder", "Folder that holds all data.")
    )
    host: str = field(
        default="127.0.0.1",
        metadata=_meta(_text, "a host name or address", "Address to listen on; loopback only, for now."),
    )
    web_port: int = field(default=8080, metadata=_meta(_port, _PORT, "Port of pages and API; 0: any free."))
    otlp_http_port: int = field(
        default=4318, metadata=_meta(_port, _PORT, "Port for OTLP over HTTP; 0: any free.")
    )
    otlp_grpc_port: int = field(
        default=4317, metadata=_meta(_port, _PORT, "Port for OTLP over gRPC; 0: any free.")
    )
    refresh_seconds: float = field(
        default=5.0,
        metadata=_meta(_seconds, "a number of seconds above 0", "Refresh the marts at most this often."),
    )


SETTINGS: Mapping[str, "Field[Any]"] = {setting.name: setting for setting in fields(Settings)}


def flag_of(name: str) -> str:
    """Return the flag that sets this setting."""
    return "--" + name.replace("_", "-")


def variable_of(name: str) -> str:
    """Return the environment variable that sets this setting."""
    return PREFIX + name.upper()


def load(flags: Mapping[str, object], environment: Mapping[str, str], folder: Path) -> Settings:
    """Read the settings; a flag of None was not given, the file is in `folder`. Raises ConfigError."""
    in_file = _read_file(folder / FILE)
    chosen: dict[str, Any] = {}
    for name in SETTINGS:
        for source, value in _candidates(name, flags, environment, in_file):
            chosen[name] = _parsed(name, value, source)
            break
    return Settings(**chosen)


def _candidates(
    name: str, flags: Mapping[str, object], environment: Mapping[str, str], in_file: Mapping[str, object]
) -> Iterator[tuple[str, object]]:
    """Yield where the setting is set and to what, the strongest first."""
    if flags.get(name) is not None:
        yield flag_of(name), flags[name]
    if variable_of(name) in environment:
        yield f"the environment variable {variable_of(name)}", environment[variable_of(name)]
    if name in in_file:
        yield f"{name} in {FILE}", in_file[name]


def _parsed(name: str, value: object, source: str) -> object:
    metadata = SETTINGS[name].metadata
    try:
        return metadata["parse"](value)
    except ValueError:
        raise ConfigError(
            f"{value!r}, given by {source}, does not fit: expected {metadata['wanted']}."
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
