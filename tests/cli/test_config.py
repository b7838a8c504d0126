"""Where a setting comes from, and what is said where it does not fit."""

from dataclasses import fields
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from spanmart.cli.command import main
from spanmart.cli.settings.settings import (
    SETTINGS,
    ConfigError,
    Settings,
    default_of,
    flag_of,
    load,
    variable_of,
)

OTHER_VALUES = {
    "data": "elsewhere",
    "host": "::1",
    "public_url": "https://insights.example.com",
    "oidc_issuer": "https://login.example.com/realms/acme",
    "oidc_add_viewers": "true",
    "otlp_host": "0.0.0.0",
    "otlp_require_token": "true",
    "otlp_tls_cert": "chain.pem",
    "otlp_tls_key": "key.pem",
    "otlp_cors_origin": "https://app.example.com",
    "refresh_seconds": "0.5",
}


def write(folder: Path, text: str) -> Path:
    (folder / "spanmart.toml").write_text(text)
    return folder


def test_without_anything_set_the_defaults_hold(tmp_path: Path) -> None:
    assert load({}, {}, tmp_path) == Settings()


def test_flag_beats_variable_beats_file_beats_default(tmp_path: Path) -> None:
    write(tmp_path, 'web_port = 1\notlp_http_port = 2\notlp_grpc_port = 3\ndata = "from-file"')
    variables = {"SPANMART_WEB_PORT": "10", "SPANMART_OTLP_HTTP_PORT": "20"}
    settings = load({"web_port": "100", "otlp_http_port": None}, variables, tmp_path)
    assert (settings.web_port, settings.otlp_http_port, settings.otlp_grpc_port) == (100, 20, 3)
    assert (settings.data, settings.refresh_seconds) == (Path("from-file"), 5.0)


@pytest.mark.parametrize("name", [setting.name for setting in fields(Settings)])
def test_every_setting_can_be_set_in_all_three_places(tmp_path: Path, name: str) -> None:
    value = OTHER_VALUES.get(name, "7")
    in_toml = (
        value
        if name.endswith(("_port", "_seconds", "_minute", "_days", "_token", "_viewers"))
        else f'"{value}"'
    )
    in_file = load({}, {}, write(tmp_path, f"{name} = {in_toml}"))
    (tmp_path / "spanmart.toml").unlink()
    assert in_file != Settings()
    assert load({name: value}, {}, tmp_path) == load({}, {variable_of(name): value}, tmp_path) == in_file


@pytest.mark.parametrize(
    ("flags", "variables", "text", "said"),
    [
        ({"web_port": "http"}, {}, "", ["'http'", "--web-port", "a port from 0 to 65535"]),
        ({"web_port": "65536"}, {}, "", ["'65536'", "--web-port"]),
        ({}, {"SPANMART_REFRESH_SECONDS": "0"}, "", ["'0'", "SPANMART_REFRESH_SECONDS", "above 0"]),
        ({}, {"SPANMART_REFRESH_SECONDS": "nan"}, "", ["'nan'", "SPANMART_REFRESH_SECONDS"]),
        ({}, {"SPANMART_DATA": ""}, "", ["''", "SPANMART_DATA", "a folder"]),
        ({}, {}, 'web_port = "8080"\nhost = 3', ["3", "host in spanmart.toml", "a host name"]),
        ({}, {}, "web_port = true", ["True", "web_port in spanmart.toml"]),
        ({}, {}, "otlp_require_token = 1", ["1", "otlp_require_token in spanmart.toml", "true or false"]),
        ({}, {"SPANMART_OTLP_REQUIRE_TOKEN": "maybe"}, "", ["'maybe'", "true or false"]),
        ({"public_url": "insights.example.com"}, {}, "", ["--public-url", "https://insights"]),
        ({"public_url": "https://a.example/pages"}, {}, "", ["--public-url", "no path"]),
        (
            {"oidc_issuer": "http://login.example.com"},
            {},
            "",
            ["--oidc-issuer", "http on this machine alone"],
        ),
        ({"oidc_issuer": "http://localhost.example.com"}, {}, "", ["--oidc-issuer", "https"]),
        ({"otlp_cors_origin": ("*",)}, {}, "", ["'*'", "--otlp-cors-origin", "no *"]),
        ({}, {"SPANMART_OTLP_CORS_ORIGIN": "https://a.example/"}, "", ["'https://a.example/'", "no path"]),
        ({}, {}, 'otlp_cors_origin = ["null"]', ["'null'", "otlp_cors_origin in spanmart.toml"]),
        ({}, {}, "web_prot = 8080", ["spanmart.toml", "unknown key 'web_prot'", "'web_port'?"]),
        ({}, {}, "[colours]\nred = 1", ["unknown key 'colours'", "Known keys: data, host"]),
        ({}, {}, "web_port = = 1", ["spanmart.toml cannot be read", "line 1"]),
    ],
)
def test_what_does_not_fit_is_named_with_its_source(
    tmp_path: Path, flags: dict[str, object], variables: dict[str, str], text: str, said: list[str]
) -> None:
    write(tmp_path, text)
    with pytest.raises(ConfigError) as raised:
        load(flags, variables, tmp_path)
    assert [words for words in said if words not in str(raised.value)] == []


def test_a_secret_has_no_flag_and_is_shown_nowhere(tmp_path: Path) -> None:
    with pytest.raises(ConfigError) as raised:
        load({}, {}, write(tmp_path, "oidc_client_secret = 1234567"))
    assert "oidc_client_secret in spanmart.toml" in str(raised.value)
    settings = load({}, {"SPANMART_OIDC_CLIENT_SECRET": "1234567"}, tmp_path)
    assert settings.oidc_client_secret == "1234567"
    assert "1234567" not in f"{raised.value} {settings}"
    assert "oidc_client_secret" not in {option.name for option in main.commands["up"].params}


def test_several_origins_can_be_set_in_all_three_places(tmp_path: Path) -> None:
    both = ("https://a.example", "http://localhost:3000")
    in_file = load({}, {}, write(tmp_path, f"otlp_cors_origin = {list(both)}"))
    in_variable = load(
        {}, {"SPANMART_OTLP_CORS_ORIGIN": "https://A.example, http://localhost:3000"}, tmp_path
    )
    in_flags = load({"otlp_cors_origin": both}, {}, tmp_path)
    assert in_file.otlp_cors_origin == in_variable.otlp_cors_origin == in_flags.otlp_cors_origin == both


def test_a_variable_can_switch_off_what_the_file_switches_on(tmp_path: Path) -> None:
    write(tmp_path, "otlp_require_token = true")
    assert load({}, {"SPANMART_OTLP_REQUIRE_TOKEN": "off"}, tmp_path).otlp_require_token is False


@given(st.text())
def test_any_text_for_a_port_is_a_port_or_an_error(text: str) -> None:
    try:
        port = load({"web_port": text}, {}, Path("/nonexistent")).web_port
    except ConfigError:
        return
    assert 0 <= port <= 65_535


def test_the_documentation_names_every_setting_and_its_default() -> None:
    page = (Path(__file__).parents[2] / "docs" / "configuration.md").read_text()
    for name, setting in SETTINGS.items():
        default = default_of(name) if setting.metadata["unset"] else f"`{default_of(name)}`"
        flag = "no flag" if setting.metadata["secret"] else f"`{flag_of(name)}`"
        row = f"| {flag} | `{variable_of(name)}` | `{name}` | {default} |"
        assert row in page
