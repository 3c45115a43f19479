"""The builder's drawing in a bare page of a headless Chromium: its first paint, its worst frame, its size."""

from __future__ import annotations

from playwright.sync_api import sync_playwright

from course.show.modules import module
from tests.bench import Row
from tests.browser.conftest import CHROMIUM, FLAGS
from tests.widgets.drawings import Board, town

NODES = 60
MODULES = ("builder", "live", "matrix", "replay", "quiz", "hints", "progress")
PEER = f"{NODES} containers, bare page"
DRAG = """async ([x, y]) => {
  const surface = document.querySelector('.surface');
  const tell = (type, dx) => (surface.dispatchEvent(new PointerEvent(type, {
    pointerId: 1, bubbles: true, button: 0, clientX: x + dx, clientY: y + dx / 2 })));
  surface.setPointerCapture = () => {};
  const box = document.elementFromPoint(x, y);
  box.dispatchEvent(new PointerEvent('pointerdown', {
    pointerId: 1, bubbles: true, button: 0, clientX: x, clientY: y }));
  let [worst, last] = [0, performance.now()];
  for (let step = 1; step <= 40; step += 1) {
    tell('pointermove', step * 3);
    const now = await new Promise((next) => requestAnimationFrame(next));
    if (step > 1) worst = Math.max(worst, now - last);
    last = now;
  }
  tell('pointerup', 120);
  return worst;
}"""


def builder_module_kb() -> Row:
    """The largest of the modules that a notebook is given."""
    largest = max(len(module(name).encode()) for name in MODULES) / 1000
    return Row("builder_module_kb", largest, "kB", "largest of all widgets", "<= 60")


def builder_frames() -> list[Row]:
    """How long the first paint takes, and the longest time between two frames while a box is dragged."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=CHROMIUM, args=list(FLAGS))
        page = browser.new_page(viewport={"width": 1100, "height": 780})
        painted = []
        for _ in range(5):
            board = Board(page, town(NODES, 6))
            painted.append(float(page.evaluate("window.painted")))
        worst = min(float(page.evaluate(DRAG, list(board.middle("c1")))) for _ in range(3))
        browser.close()
    return [
        Row("builder_paint_ms", sorted(painted)[2], "ms", PEER, "<= 100"),
        Row("builder_worst_frame_ms", worst, "ms", PEER, "<= 50"),
    ]
