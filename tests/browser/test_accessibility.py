"""axe finds nothing on any page, in light and in dark, wide and narrow."""

import json

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from spanmart.web.dashboard.views import VIEWS
from support.known_calls import CUT_OFF, FORMULA, RATE_LIMITED

DASHBOARD = "/admin-dashboard?tab=ai-insights"
OPEN_ALL = "document.querySelectorAll('details').forEach(fold => { fold.open = true; })"
PAGES = [
    *(f"{DASHBOARD}&view={view}" for view in VIEWS),
    f"{DASHBOARD}&view=log&status=failure&q=limit",
    f"{DASHBOARD}&view=log&q=nothing+like+it",
    f"{DASHBOARD}&view=log&columns=user_id,created_at,input_variables,error_message",
    f"{DASHBOARD}&view=data-quality&variable=tone",
    f"{DASHBOARD}&view=metrics&start_date=2026-11-21&time_zone=Asia/Kolkata",
    f"{DASHBOARD}&view=sessions&session_id=workshop-7",
    f"{DASHBOARD}&view=sessions&session_id=none",
    f"{DASHBOARD}&view=users&q=nothing+like+it",
    f"{DASHBOARD}&view=wrong",
    f"/admin-dashboard/interactions/{CUT_OFF.id}",
    f"/admin-dashboard/interactions/{RATE_LIMITED.id}",
    f"/admin-dashboard/interactions/{FORMULA.id}",
]


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [390, 1400])
def test_axe_finds_nothing(browser: Browser, site: str, scheme: str, width: int) -> None:
    # axe is put into the page as a script, which the page's own policy rightly forbids.
    context = browser.new_context(
        base_url=site,
        color_scheme=scheme,  # type: ignore[arg-type]
        viewport={"width": width, "height": 900},
        bypass_csp=True,
    )
    page = context.new_page()
    found = []
    for path in PAGES:
        page.goto(path)
        page.evaluate(OPEN_ALL)
        results = Axe().run(page)
        for violation in results.response["violations"]:
            places = [node["html"][:200] for node in violation["nodes"]]
            found.append((path, violation["id"], violation["help"], places))
    context.close()
    assert not found, json.dumps(found, indent=2)
