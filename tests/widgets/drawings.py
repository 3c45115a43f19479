"""Drawings for the tests of the builder, and what one reads from its page."""

from __future__ import annotations

from typing import Any

from playwright.sync_api import Locator, Page

from tests.widgets.page import show

Drawing = dict[str, Any]
TOLD: dict[str, Any] = {
    "live": {}, "errors": {}, "steps": [], "summary": "", "busy": "", "said": "", "code": {}, "file": "shop.yml",
    "key": "test",
}  # fmt: skip


def machine(number: int, name: str, engine: bool = True, address: str = "") -> Drawing:
    return {"id": f"m{number}", "name": name, "address": address, "engine": engine}


def network(number: int, name: str, **more: Any) -> Drawing:
    row = {"id": f"n{number}", "name": name, "machine": "host1", "driver": "bridge", "subnet": "", "gateway": ""}
    return row | {"range": "", "internal": False, "parent": ""} | more


def container(number: int, name: str, image: str = "toolbox", **more: Any) -> Drawing:
    row = {"id": f"c{number}", "name": name, "machine": "host1", "image": image, "shares": "", "ports": []}
    return row | {"command": "", "environment": {}} | more


def plug(number: int, container: str, network: str, **more: Any) -> Drawing:
    return {"id": f"p{number}", "container": container, "network": network, "address": "", "aliases": []} | more


def shop() -> Drawing:
    """web on front, app on front and back, db on back; a laptop on the LAN."""
    return {
        "name": "shop",
        "lan": "10.213.7.0/24",
        "machines": [machine(1, "host1", address="10.213.7.11"), machine(2, "laptop", False, "10.213.7.101")],
        "networks": [network(1, "front", subnet="10.20.0.0/24"), network(2, "back", internal=True)],
        "containers": [container(1, "web", "web", ports=["8080:80"]), container(2, "app", "web"), container(3, "db")],
        "plugs": [plug(1, "c1", "n1"), plug(2, "c2", "n1", aliases=["shop"]), plug(3, "c2", "n2"), plug(4, "c3", "n2")],
    }


def empty() -> Drawing:
    return {"name": "t", "lan": "", "machines": [machine(1, "host1")], "networks": [], "containers": [], "plugs": []}


def town(containers: int, networks: int) -> Drawing:
    """Many containers, one in five on two networks."""
    made = shop() | {"networks": [], "containers": [], "plugs": []}
    for n in range(networks):
        made["networks"].append(network(n + 1, f"net{n + 1}", subnet=f"10.20.{n}.0/24"))
    for n in range(containers):
        made["containers"].append(container(n + 1, f"box{n + 1}", ("web", "toolbox", "postgres")[n % 3]))
        made["plugs"].append(plug(2 * n + 1, f"c{n + 1}", f"n{n % networks + 1}"))
        if n % 5 == 1 and networks > 1:
            made["plugs"].append(plug(2 * n + 2, f"c{n + 1}", f"n{(n + 1) % networks + 1}", aliases=["shop"]))
    return made


class Board:
    """The builder in a page, as a person uses it."""

    def __init__(self, page: Page, drawing: Drawing | None = None, dark: bool = False, **told: Any) -> None:
        self.page = page
        show(page, "builder", {"drawing": drawing or shop()} | TOLD | told, dark)

    @property
    def surface(self) -> Locator:
        return self.page.locator(".surface")

    def drawing(self) -> Drawing:
        """What the kernel is told, once it has been told everything."""
        self.page.locator(".builder:not([data-saved=false])").wait_for()
        found: Drawing = self.page.evaluate("window.model.traits.drawing")
        return found

    def node(self, key: str) -> Locator:
        return self.page.locator(f'.node[data-id="{key}"]')

    def middle(self, key: str) -> tuple[float, float]:
        """Where a thing is on the screen; a network's left end, where nothing hangs."""
        return self._at(self.node(key).locator(".box, .line, .frame, .stem").first, "n" not in key)

    def _at(self, part: Locator, middle: bool = True) -> tuple[float, float]:
        x, y, wide, high = part.evaluate(
            "el => { const r = el.getBoundingClientRect(); return [r.x, r.y, r.width, r.height]; }"
        )
        return x + (wide / 2 if middle else 12), y + high / 2

    def dot(self, key: str) -> tuple[float, float]:
        return self._at(self.page.locator(f'[data-dot="{key}"]'))

    def drag(self, start: tuple[float, float], end: tuple[float, float], drop: bool = True) -> None:
        mouse = self.page.mouse
        mouse.move(*start)
        mouse.down()
        mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
        mouse.move(*end)
        if drop:
            mouse.up()

    def click(self, key: str, **more: Any) -> None:
        self.page.mouse.click(*self.middle(key), **more)

    def press(self, *keys: str) -> None:
        self.surface.focus()
        for key in keys:
            self.page.keyboard.press(key)

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    def chosen(self) -> set[str]:
        return set(self.page.locator(".node.chosen").evaluate_all("all => all.map(el => el.dataset.id)"))

    def tell(self, trait: str, value: Any) -> None:
        """The kernel says something."""
        self.page.evaluate("([name, value]) => window.model.set(name, value)", [trait, value])

    def asked(self) -> list[str]:
        found: list[str] = self.page.evaluate("window.model.told.map(one => one.do)")
        return found
