"""A headless browser that opens a report's page, and says what is wrong with it."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from selenium import webdriver
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.action_chains import ActionChains
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from toolchain import npm_modules
from toolchain.chromium import chromium

NARROW, WIDE = 360, 1280
OPTIONS = (
    "--headless=new",
    "--no-sandbox",  # pages are ours and read from files; as root, and in containers, the browser's own does not start
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--hide-scrollbars",
    "--disable-background-networking",
)
AXE = """
const done = arguments[0];
axe.run(document, {resultTypes: ["violations"], preload: false}).then(
  found => done(found.violations.flatMap(rule =>
    rule.nodes.map(node => `${rule.id}: ${node.failureSummary} ${node.html}`))),
  error => done([String(error)]));
"""
OVERFLOW = """
const most = document.documentElement.clientWidth, wide = [];
if (document.documentElement.scrollWidth > most) {
  for (const one of document.querySelectorAll("body *")) {
    const right = one.getBoundingClientRect().right;
    if (right > most + 1 && !one.closest(".scroll *")) wide.push(one.outerHTML.slice(0, 200));
  }
}
return wide;
"""


@dataclass(frozen=True)
class Browser:
    """One window. ``open`` a page, then ask."""

    driver: webdriver.Chrome

    def open(self, page: Path, *, width: int = WIDE, dark: bool = False, script: bool = True) -> None:
        """The page in a window of ``width``, in the scheme that the person prefers; without scripts where asked."""
        self._command("Emulation.setDeviceMetricsOverride", width=width, height=900, deviceScaleFactor=1, mobile=False)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self._command("Emulation.setEmulatedMedia", media="", features=[scheme])
        self._command("Emulation.setScriptExecutionDisabled", value=not script)
        for name in ("browser", "performance"):
            self.driver.get_log(name)  # what earlier pages left
        self.driver.get(page.as_uri())

    def problems(self) -> list[str]:
        """What the console says, violations of the content policy among it, and what was asked of the network."""
        said = [str(entry["message"]) for entry in self.driver.get_log("browser")]
        events = [json.loads(entry["message"])["message"] for entry in self.driver.get_log("performance")]
        urls = [e["params"]["request"]["url"] for e in events if e["method"] == "Network.requestWillBeSent"]
        return said + [f"request: {url[:200]}" for url in urls if not url.startswith(("file:", "data:"))]

    def accessibility(self) -> list[str]:
        """What axe-core finds, contrast among it. npm_modules.UnavailableError where it cannot be had."""
        source = npm_modules.install("accessibility") / "axe-core" / "axe.min.js"
        self.driver.execute_script(source.read_text(encoding="utf-8"))
        return list(self.driver.execute_async_script(AXE))

    def overflow(self) -> list[str]:
        """The elements that make the whole page scroll sideways."""
        return list(self.driver.execute_script(OVERFLOW))

    def all(self, selector: str) -> list[WebElement]:
        """The elements of a CSS selector."""
        return list(self.driver.find_elements(By.CSS_SELECTOR, selector))

    def one(self, selector: str) -> WebElement:
        """The only element of a CSS selector."""
        (found,) = self.all(selector)
        return found

    def press(self, *keys: str) -> WebElement:
        """The keys, one after the other; returns what has the focus then."""
        ActionChains(self.driver).send_keys(*keys).perform()
        return self.driver.switch_to.active_element

    def ask(self, expression: str) -> Any:
        """The value of a JavaScript expression."""
        return self.driver.execute_script(f"return {expression}")

    def until(self, expression: str) -> None:
        """Wait for a JavaScript expression to hold, ten seconds at most."""
        WebDriverWait(self.driver, 10, poll_frequency=0.02).until(lambda _: self.ask(expression))

    def screenshot(self, path: Path) -> None:
        """The whole page as PNG."""
        size = self._command("Page.getLayoutMetrics")["cssContentSize"]
        height = min(int(size["height"]), 8000)
        width = self.ask("document.documentElement.clientWidth")
        self._command(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=False
        )
        self.driver.save_screenshot(str(path))

    def _command(self, name: str, **values: Any) -> Any:
        return self.driver.execute_cdp_cmd(name, values)


@contextmanager
def browser() -> Iterator[Browser]:
    """One that is closed in the end. debian.UnavailableError where there is none."""
    found = chromium()
    options = webdriver.ChromeOptions()
    options.binary_location = str(found.program)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL", "performance": "ALL"})
    for option in OPTIONS:
        options.add_argument(option)
    with pytest.MonkeyPatch.context() as environment:
        environment.setenv("no_proxy", "localhost")  # the driver listens there
        driver = webdriver.Chrome(options, Service(str(found.driver), env=dict(found.environment)))
    try:
        yield Browser(driver)
    finally:
        driver.quit()
