# SPDX-License-Identifier: GPL-3.0-or-later
"""The report as a browser shows it: what stands in it is found by role, it asks for nothing, and it can be read everywhere."""

from __future__ import annotations

import os
import pathlib
import typing as t

import pytest
from playwright.sync_api import Browser, Page, expect, sync_playwright

from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import page as pages
from ansible_collections.steady.rollout.plugins.module_utils._rollout.report import record
from ansible_collections.steady.rollout.tests.unit.plugins.module_utils._rollout.report import examples

HERE = pathlib.Path(__file__).parent
PROJECT = HERE.parents[1]
OUTPUT = PROJECT / "tests" / "output" / "report"
CONTRAST = "".join(line for line in (HERE / "contrast.js").open() if not line.startswith("//"))
LARGEST_PICTURE = 150_000
TITLE = "shop/app: to 2.0, back, and two that failed"
Open = t.Callable[..., Page]


@pytest.fixture(scope="module")
def browser() -> t.Iterator[Browser]:
    with sync_playwright() as driver:
        # Chromium's own sandbox needs another user than root.
        running = driver.chromium.launch(executable_path="/usr/bin/chromium", args=["--no-sandbox"])
        yield running
        running.close()


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    report = record.report_of(TITLE, record.entries_of(examples.day(), examples.RUN))
    path = tmp_path_factory.mktemp("report") / "report.html"
    path.write_text(pages.page(report))
    return path.as_uri()


@pytest.fixture(scope="module")
def canary(tmp_path_factory: pytest.TempPathFactory) -> str:
    report = record.report_of("A canary", record.entries_of([examples.canary()], examples.RUN))
    path = tmp_path_factory.mktemp("canary") / "report.html"
    path.write_text(pages.page(report))
    return path.as_uri()


@pytest.fixture
def show(browser: Browser, address: str, canary: str) -> t.Iterator[Open]:
    """Opens the report in a window of its own. Afterwards it must have asked for nothing else and complained of nothing."""
    contexts, asked, complaints = [], [], []

    def opened(width: int = 1280, height: int = 900, at: str = address, **options: t.Any) -> Page:
        context = browser.new_context(viewport={"width": width, "height": height}, **options)
        contexts.append(context)
        page = context.new_page()
        page.on("request", lambda request: asked.append(request.url))
        page.on("console", lambda message: complaints.append(message.text))
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("dialog", lambda dialog: complaints.append(dialog.message))
        page.goto(at)
        return page

    yield opened
    for context in contexts:
        context.close()
    assert set(asked) <= {address, canary}
    assert complaints == []


def test_everything_is_found_by_its_role(show: Open) -> None:
    page = show()
    expect(page.get_by_role("heading", level=1)).to_have_text(TITLE)
    for landmark in ("banner", "main", "contentinfo"):
        expect(page.get_by_role(landmark)).to_have_count(1)
    expect(page.get_by_role("navigation", name="The rollouts").get_by_role("link")).to_have_count(4)
    for name, count in {
        "Pods by version": 4,
        "Who answered": 1,
        "Failed requests per second": 1,
        "How long an answer took": 1,
    }.items():
        expect(page.get_by_role("img", name=name)).to_have_count(count)
    release = page.get_by_role("region", name="1. Deployment shop/app upgraded from 1.0 to 2.0.")
    expect(release.get_by_role("row", name="min_available passed")).to_be_visible()
    crash = page.get_by_role("region", name="4. Deployment of Deployment shop/app")
    expect(crash.get_by_role("heading", name="container keeps crashing", exact=True)).to_be_visible()
    expect(crash.get_by_role("region", name="Last log lines of pod")).to_contain_text("unknown port")


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_a_canary_shows_its_weights_and_both_sides(show: Open, canary: str, scheme: t.Any) -> None:
    page = show(390, at=canary, color_scheme=scheme)
    expect(page.get_by_role("img", name="Requests to the new version")).to_have_count(1)
    expect(page.get_by_role("heading", name="What gate http got")).to_be_visible()
    expect(page.get_by_role("img", name="Who answered")).to_have_count(1)
    sides = page.get_by_role("table", name="Gate compare: both sides")
    expect(sides.get_by_role("row", name="latency ms p99")).to_contain_text("13.0")
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    expect(page.get_by_role("table", name="Weights of Deployment shop/app")).to_contain_text("weight 25 of 100")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= 390
    assert page.evaluate(CONTRAST) == []
    OUTPUT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=OUTPUT / f"canary-{scheme}-whole.png", full_page=True)


def test_a_script_in_what_the_cluster_said_does_nothing(show: Open) -> None:
    page = show()
    expect(page.get_by_text("<script>document.title='taken over'</script>").first).to_be_visible()
    expect(page).to_have_title(TITLE)


def test_the_policy_lets_the_pages_own_style_through_and_no_script(show: Open) -> None:
    page = show(color_scheme="light")
    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(246, 247, 249)"
    assert "default-src 'none'" in (page.locator("meta[http-equiv]").get_attribute("content") or "")


def test_the_keyboard_reaches_and_opens_everything(show: Open) -> None:
    page = show()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="Skip to the rollouts")).to_be_focused()
    page.keyboard.press("Tab")
    expect(page.get_by_role("link", name="1. Deployment shop/app upgraded")).to_be_focused()
    page.keyboard.press("Enter")
    assert page.url.endswith("#rollout-1")
    summary = page.get_by_text("What happened when (8)").first
    summary.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_role("table", name="Timeline of Deployment shop/app").first).to_contain_text(
        "3/3 new ready, 0 old left: complete"
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_stands_out_from_what_is_behind_it(show: Open, scheme: t.Any) -> None:
    page = show(color_scheme=scheme)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert page.evaluate(CONTRAST) == []


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_window(show: Open, width: int) -> None:
    page = show(width)
    page.locator("details").evaluate_all("all => all.forEach(one => one.open = true)")
    assert page.evaluate("document.scrollingElement.scrollWidth") <= width


def test_on_paper_nothing_is_folded(show: Open) -> None:
    page = show()
    page.emulate_media(media="print")
    expect(page.get_by_text("3/3 new ready, 0 old left: complete").first).to_be_visible()
    assert page.pdf().startswith(b"%PDF-")


@pytest.mark.parametrize(
    ("name", "window"),
    [
        ("desktop", {"height": 1240, "color_scheme": "light"}),
        ("dark", {"height": 1240, "color_scheme": "dark"}),
        ("phone", {"width": 390, "height": 844, "color_scheme": "light", "is_mobile": True, "has_touch": True}),
    ],
)
def test_it_is_a_picture_to_keep(show: Open, name: str, window: dict[str, t.Any]) -> None:
    page = show(**window)
    OUTPUT.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=OUTPUT / f"{name}-whole.png", full_page=True)
    seen = page.screenshot(path=OUTPUT / f"{name}.png")
    assert len(seen) < LARGEST_PICTURE
    if os.environ.get("WRITE"):
        (PROJECT / "docs" / f"report-{name}.png").write_bytes(seen)
