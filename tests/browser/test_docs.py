"""dbt's page about the marts, as one file: all that it shows is in it."""

import subprocess
from pathlib import Path

from playwright.sync_api import Browser, expect

from support.running import PATIENCE_S, SPANMART


def test_the_page_shows_a_mart_and_asks_nobody_else(browser: Browser, tmp_path: Path) -> None:
    file = tmp_path / "marts.html"
    subprocess.run([SPANMART, "docs", "--output", str(file)], check=True, timeout=PATIENCE_S)
    asked: list[str] = []
    page = browser.new_page()
    page.on("request", lambda request: asked.append(request.url))
    page.goto(f"{file.as_uri()}#!/model/model.spanmart.quality_daily")
    expect(page.get_by_text("One row per UTC day, interaction type and prompt version")).to_be_visible()
    expect(page.get_by_text("DECIMAL(38,24)").first).to_be_visible()
    page.close()
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
