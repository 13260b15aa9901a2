"""A real browser in front of the real web, with a database of its own."""

import os
import shutil
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest
from selenium import webdriver
from selenium.common.exceptions import StaleElementReferenceException
from selenium.webdriver.chrome.service import Service
from selenium.webdriver.common.by import By
from selenium.webdriver.remote.webelement import WebElement
from selenium.webdriver.support.wait import WebDriverWait

from tests.web.make import PASSWORD, Clock, Make
from textback.store.changes import Changes
from textback.store.staff import Person
from textback.web.app import create_app
from textback.web.context import WebConfig
from textback.web.serve import Server

FLAGS = (
    "--headless=new",
    "--no-sandbox",  # CI runs as root, in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--disable-dev-shm-usage",
)
PATIENCE = 15  # seconds until a test gives up


class RealClock(Clock):
    """The clock on the wall: a browser has no other."""

    def __call__(self) -> datetime:
        return datetime.now(UTC)


@dataclass(frozen=True, slots=True)
class Page:
    """What a person does in a browser, and waits to see."""

    driver: webdriver.Chrome
    address: str

    def open(self, path: str) -> None:
        self.driver.get(self.address + path)

    def sign_in(self, person: Person) -> None:
        self.open("/")
        self.find("[name=username]").send_keys(person.username)
        self.find("[name=password]").send_keys(PASSWORD)
        self.find("button.primary").click()
        self.wait(lambda: self.driver.current_url == f"{self.address}/")

    def find(self, selector: str) -> WebElement:
        found: WebElement = self.wait(lambda: self.all(selector))[0]
        return found

    def all(self, selector: str) -> list[WebElement]:
        return self.driver.find_elements(By.CSS_SELECTOR, selector)

    def text(self, selector: str) -> str:
        return str(self.run("return document.querySelector(arguments[0])?.innerText", selector))

    def wait_for_text(self, selector: str, words: str) -> None:
        self.wait(lambda: words in self.text(selector))

    def run(self, script: str, *arguments: object) -> object:
        answer: object = self.driver.execute_script(script, *arguments)
        return answer

    def resize(self, width: int, height: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": 1, "mobile": width < 600}
        self.driver.execute_cdp_cmd("Emulation.setDeviceMetricsOverride", size)

    def wait(self, condition: Callable[[], object]) -> list[WebElement]:
        # What was found on one page may be gone with it a moment later: then look again.
        gone = [StaleElementReferenceException]
        waiting = WebDriverWait(self.driver, PATIENCE, 0.05, ignored_exceptions=gone)
        found = waiting.until(lambda _: condition())
        return found if isinstance(found, list) else []


@pytest.fixture
def make(tmp_path: Path) -> Iterator[Make]:
    made = Make.new(tmp_path, RealClock())
    made.all_well()
    yield made
    made.database.close()


class Web:
    """The web on a port of its own, which can be stopped and started again."""

    def __init__(self, make: Make) -> None:
        self._make = make
        self.port = 0
        self.start()

    def start(self) -> None:
        changes = Changes(self._make.database)
        config = WebConfig(secret_key="for tests only")
        app = create_app(config, self._make.database, changes, self._make.clock)
        server = Server(app, changes, "127.0.0.1", self.port)
        self.port = server.port
        self._stop = threading.Event()
        self._thread = threading.Thread(target=server.run, args=(self._stop,))
        self._thread.start()

    def stop(self) -> None:
        self._stop.set()
        self._thread.join()


@pytest.fixture
def web(make: Make) -> Iterator[Web]:
    running = Web(make)
    yield running
    running.stop()


def without_browser(what: str) -> None:
    """Skip, or fail where the browser is insisted on (TEXTBACK_INSIST=1)."""
    if os.environ.get("TEXTBACK_INSIST") == "1":
        pytest.fail(f"{what} is not installed, and TEXTBACK_INSIST=1 wants it")
    pytest.skip(f"{what} is not installed (Debian: apt-get install chromium chromium-driver)")


@pytest.fixture(scope="session")
def driver(tmp_path_factory: pytest.TempPathFactory) -> Iterator[webdriver.Chrome]:
    chromium, chromedriver = shutil.which("chromium"), shutil.which("chromedriver")
    if chromium is None or chromedriver is None:
        without_browser("chromium" if chromium is None else "chromedriver")
        raise AssertionError("not reached")
    options = webdriver.ChromeOptions()
    options.binary_location = chromium
    for flag in (*FLAGS, f"--user-data-dir={tmp_path_factory.mktemp('chromium')}"):
        options.add_argument(flag)
    options.set_capability("goog:loggingPrefs", {"browser": "ALL"})
    started = webdriver.Chrome(options=options, service=Service(chromedriver))
    yield started
    started.quit()


@pytest.fixture
def page(driver: webdriver.Chrome, web: Web) -> Iterator[Page]:
    """A browser that has no cookies, at desktop size."""
    opened = Page(driver, f"http://127.0.0.1:{web.port}")
    driver.delete_all_cookies()
    driver.get_log("browser")  # type: ignore[no-untyped-call]  # what the test before left there
    opened.resize(1280, 800)
    yield opened
    driver.get("about:blank")
