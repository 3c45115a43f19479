"""The builder in JupyterLab, on a real lab: what is drawn is made, watched, repaired, and never in anyone's way."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from tests.browser.conftest import RESTORED, SCREENSHOTS
from tests.browser.notebook import (
    LONG,
    Desk,
    apply,
    begin,
    button,
    command,
    done,
    node,
    open_notebook,
    run,
    told,
)

BUSY = """import pathlib, time
for _ in range(400):
    if not pathlib.Path("go").exists():
        time.sleep(0.05)"""
pytestmark = [pytest.mark.engine, pytest.mark.browser]


def draw_two(notebook: Desk, widget: Locator) -> None:
    """web and box on one network, by mouse."""
    for name in ("+ network", "+ web", "+ toolbox"):
        button(widget, name).click()
    for name in ("web", "box"):
        notebook.drag(node(widget, "container", name).locator(".dot"), node(widget, "network", "net").locator(".dot"))
    expect(widget.locator(".node.plug")).to_have_count(2)


def test_what_is_drawn_and_applied_is_there_and_answers(notebook: Desk) -> None:
    widget = notebook.builder()
    draw_two(notebook, widget)
    button(widget, "Plan").click()
    expect(widget.locator(".summary")).to_contain_text("+2 containers")
    apply(widget)
    assert notebook.states() == {"web": "running", "box": "running"}
    address = notebook.lab.client.containers.get("web").attrs["NetworkSettings"]["Networks"]["net"]["IPAddress"]
    assert notebook.lab.host1.get(f"http://{address}", source="box").status == 200
    expect(node(widget, "container", "web")).to_have_class(re.compile("running"))
    SCREENSHOTS.mkdir(parents=True, exist_ok=True)
    notebook.page.screenshot(path=SCREENSHOTS / "builder-in-jupyterlab.png")
    button(widget, "Destroy").click()
    expect(node(widget, "container", "web")).to_have_class(re.compile("planned"), timeout=LONG)
    assert notebook.states() == {}


def test_what_is_pulled_out_behind_its_back_is_seen_and_repaired(notebook: Desk) -> None:
    widget = notebook.builder()
    draw_two(notebook, widget)
    apply(widget)
    notebook.build("network disconnect net web")
    differences = widget.get_by_label("intended against actual")
    expect(differences).to_contain_text("web")
    expect(widget.locator(".node.plug.missing")).to_have_count(1)
    button(differences, "Repair").click()
    expect(differences).to_have_count(0, timeout=LONG)
    assert "net" in notebook.lab.client.containers.get("web").attrs["NetworkSettings"]["Networks"]


def test_from_an_empty_sheet_to_a_running_network_by_keyboard_alone(notebook: Desk) -> None:
    widget, press = notebook.builder(), notebook.page.keyboard.press
    widget.locator(".surface").focus()
    press("n")
    press("c")
    press("Enter")
    notebook.page.keyboard.type("shop")
    while notebook.page.evaluate("document.activeElement.type") != "checkbox":
        press("Tab")
    press("Space")
    expect(widget.locator(".node.plug")).to_have_count(1)
    while notebook.page.evaluate("document.activeElement.textContent") != "Apply":
        press("Shift+Tab")
    press("Enter")
    expect(node(widget, "container", "shop")).to_have_class(re.compile("running"), timeout=LONG)
    assert notebook.states() == {"shop": "running"}


def test_what_runs_is_adopted(notebook: Desk) -> None:
    notebook.build("network create back", "run -d --name db --network back toolbox sleep 999")
    widget = notebook.builder()
    button(widget, "Adopt what runs").click()
    expect(node(widget, "container", "db")).to_have_class(re.compile("running"))
    expect(node(widget, "network", "back")).to_be_visible()


def test_what_the_engine_refuses_is_told_on_the_object(notebook: Desk) -> None:
    notebook.build("run -d --name taker -p 8080:80 web")
    widget = notebook.builder()
    button(widget, "+ web").click()
    widget.get_by_label("Published ports").fill("8080:80")
    button(widget, "Apply").click()
    expect(node(widget, "container", "web")).to_have_class(re.compile("wrong"), timeout=LONG)
    expect(widget.locator(".steps .why").first).to_contain_text("8080")


def test_two_views_show_one_drawing(notebook: Desk) -> None:
    first = notebook.builder()
    second = notebook.show("board", "builder")
    button(second, "+ network").click()
    expect(node(first, "network", "net")).to_have_count(1)
    button(first, "Code").click()
    expect(first.locator("pre.code")).to_contain_text("docker network create")  # the kernel knows
    button(first, "Drawing").click()
    told(notebook.page, "from course import Topology\nboard.topology = Topology('t', machines=board.topology.machines)")
    for widget in (first, second):
        expect(widget.locator(".node.network")).to_have_count(0)


def test_a_busy_kernel_keeps_no_click(notebook: Desk, folder: Path) -> None:
    widget = notebook.builder()
    button(widget, "+ network").click()
    cell = begin(notebook.page, BUSY)
    button(widget, "Plan").click()
    expect(widget.get_by_role("status")).to_contain_text(re.compile("waiting for the kernel|This is what"))
    (folder / "go").touch()
    done(notebook.page, cell)
    expect(widget.locator(".summary")).to_contain_text("+1 network")


def test_no_key_that_is_pressed_in_the_builder_reaches_the_notebook(notebook: Desk) -> None:
    widget = notebook.builder()
    draw_two(notebook, widget)
    assert notebook.leak(widget) == []
    button(widget, "Table").click()
    assert notebook.leak(widget) == []
    button(widget, "Code").click()
    assert notebook.leak(widget) == []


def test_after_a_reload_the_drawing_is_there_and_can_be_undone(notebook: Desk) -> None:
    page, widget = notebook.page, notebook.builder()
    button(widget, "+ network").click()
    button(widget, "+ web").click()
    page.locator(".builder[data-saved=true]").last.wait_for()
    command(page, "docmanager:save")
    page.reload()
    page.wait_for_function(RESTORED, timeout=60_000)
    open_notebook(page, "desk.ipynb")
    widget = page.locator(".builder[data-ready]").last
    widget.scroll_into_view_if_needed()
    expect(widget.locator(".node.container")).to_have_count(1)
    button(widget, "Undo").click()
    expect(widget.locator(".node.container")).to_have_count(0)
    expect(widget.locator(".node.network")).to_have_count(1)


def test_after_a_restart_of_the_kernel_it_says_what_to_do_and_the_file_is_there(notebook: Desk) -> None:
    page, widget = notebook.page, notebook.builder()
    button(widget, "+ web").click()
    page.locator(".builder[data-saved=true]").last.wait_for()
    page.evaluate("window.jupyterapp.shell.currentWidget.sessionContext.session.kernel.restart()")
    expect(widget.locator(".dead-said")).to_contain_text("Run the cell again", timeout=LONG)
    run(page, "from course import builder, open_lab, trace, live, matrix, ask")
    run(page, f'lab = open_lab("{notebook.lab.name}", learner="tester")')
    again = notebook.builder()
    expect(node(again, "container", "web")).to_be_visible()
