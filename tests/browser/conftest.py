"""A real JupyterLab on a learner's workspace, and a headless Chromium that looks at it."""

from __future__ import annotations

import json
import os
import secrets
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, sync_playwright

from course import cli
from course.labs import workspace
from course.labs.lab import Lab
from tests.browser.notebook import Desk, command, open_notebook, run_all, write_notebook

CHROMIUM = os.environ.get("CHROMIUM", "/usr/bin/chromium")
# Chromium as root has no sandbox; the other flags keep it from calling home on a machine without internet.
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
# Chromium drops a request and JupyterLab repeats it whenever an interface appears on this machine: every lab has some.
HARMLESS = ("net::ERR_NETWORK_CHANGED", "favicon")
RESTORED = "window.jupyterapp && window.jupyterapp.restored.then(() => true)"
SCREENSHOTS = Path("build/screenshots")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A fresh workspace."""
    home = tmp_path_factory.mktemp("home")
    workspace.start(home / "course", learner="reader")
    return home / "course"


@pytest.fixture(scope="module")
def jupyterlab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab that serves the workspace, with its token."""
    home = folder.parent
    runtime = home / "runtime"
    command, environment = cli.jupyter(port=0, browser=False)
    environment |= {"JUPYTER_RUNTIME_DIR": str(runtime), "JUPYTER_CONFIG_DIR": str(home / "config")}
    environment |= {"JUPYTERLAB_SETTINGS_DIR": str(home / "settings"), "COURSE_LEARNER": "reader"}
    token = secrets.token_hex(16)
    command += [f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"]
    with (home / "jupyter.log").open("w") as log:
        server = subprocess.Popen(command, cwd=home / "course", env=environment, stdout=log, stderr=log)
    try:
        yield f"{_address(runtime, server, home / 'jupyter.log')}lab?reset&token={token}"
    finally:
        server.terminate()
        server.wait(30)


def _address(runtime: Path, server: subprocess.Popen[bytes], log: Path, within: float = 60) -> str:
    deadline = time.monotonic() + within
    while time.monotonic() < deadline and server.poll() is None:
        for file in runtime.glob("jpserver-*.json"):
            text = file.read_text()
            if text.endswith("}"):
                return str(json.loads(text)["url"])
        time.sleep(0.1)
    raise AssertionError(f"JupyterLab did not start:\n{log.read_text()[-2000:]}")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    # no longer than this file: while it lives, Playwright keeps an event loop running in the tests' thread
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        yield browser
        browser.close()


@pytest.fixture
def page(browser: Browser, jupyterlab: str) -> Iterator[Page]:
    """JupyterLab, loaded; errors in its console fail the test that caused them."""
    with loaded(browser, jupyterlab) as page:
        yield page


@pytest.fixture(scope="module")
def desk(browser: Browser, jupyterlab: str, folder: Path, lab_of: Callable[[str], Lab]) -> Iterator[Desk]:
    """A notebook that has opened a lab; all tests of a file write their cells into it."""
    lab = lab_of("04_user_defined_networks")
    opening = "from course import ask, builder, hints, live, matrix, open_lab, replay, trace"
    write_notebook(folder / "desk.ipynb", f'{opening}\nlab = open_lab("{lab.name}", learner="{lab.learner}")')
    with loaded(browser, jupyterlab) as page:
        page.set_default_timeout(15_000)
        command(page, "application:toggle-left-area")
        open_notebook(page, "desk.ipynb")
        run_all(page)
        yield Desk(page, lab)


@pytest.fixture
def notebook(desk: Desk, lab: Lab, request: pytest.FixtureRequest) -> Iterator[Desk]:
    """The notebook with an empty lab, ``lab``; the widgets of a test are closed after it."""
    desk.begin(request.node.name.removeprefix("test_"))
    yield desk
    desk.end()


def wear(folder: Path, theme: str) -> None:
    """Have JupyterLab on this workspace load in a theme.

    Not by its command: JupyterLab 4.6 then loads the theme twice and, if both take less than 0.2 s, removes its splash
    twice as well, which is an error in the console.
    """
    file = folder.parent / "settings/@jupyterlab/apputils-extension/themes.jupyterlab-settings"
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(json.dumps({"theme": theme}))


@contextmanager
def loaded(browser: Browser, address: str) -> Iterator[Page]:
    """A page with JupyterLab in it. An error in its console, or a request to another machine, is an AssertionError."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    errors: list[str] = []
    requests: list[str] = []
    page.on("console", lambda message: errors.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: errors.append(error.stack or str(error)))
    page.on("request", lambda request: requests.append(request.url))
    page.goto(address)
    page.wait_for_function(RESTORED, timeout=60_000)
    yield page
    context.close()
    assert [error for error in errors if not any(word in error for word in HARMLESS)] == []
    here = ("data:", "blob:", address.partition("lab?")[0])
    assert [url for url in requests if not url.startswith(here)] == []
