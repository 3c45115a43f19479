"""A widget's module in a bare page, beside a model that keeps what it is given: no notebook and no kernel."""

from __future__ import annotations

import json
from typing import Any

from playwright.sync_api import Page

from course.show.modules import module

ORIGIN = "http://127.0.0.1:9"  # answered by the test itself: a page with an origin has a storage and a clipboard
# What anywidget gives a module: get, set, save_changes, on, off, send. `told` is what the kernel would have been told.
HTML = """<!doctype html><html lang="en"><title>widget</title>
<body style="margin:8px;background:{paper}" data-jp-theme-light="{light}"><main id="place"></main>
<script type="module">
const traits = {traits};
const ears = new Map();
window.model = {{
  told: [], saved: 0, traits,
  get: (name) => traits[name],
  set: (name, value) => {{ traits[name] = value; window.model.fire(`change:${{name}}`); }},
  save_changes: () => {{ window.model.saved += 1; }},
  send: (message) => window.model.told.push(message),
  on: (name, ear) => ears.set(name, [...(ears.get(name) ?? []), ear]),
  off: (name, ear) => ears.set(name, (ears.get(name) ?? []).filter((one) => one !== ear)),
  fire: (name, ...rest) => (ears.get(name) ?? []).forEach((ear) => ear(...rest)),
}};
const url = URL.createObjectURL(new Blob([{source}], {{ type: "text/javascript" }}));
const widget = (window.widget = (await import(url)).default);
window.begun = performance.now();
window.leave = await widget.render({{ model: window.model, el: document.getElementById("place") }});
await new Promise((done) => requestAnimationFrame(() => setTimeout(done)));
window.painted = performance.now() - window.begun; // milliseconds from the call to the first frame
document.body.dataset.shown = "true";
</script></body></html>"""


def show(page: Page, name: str, traits: dict[str, Any], dark: bool = False) -> None:
    """Show the widget of ``js/NAME.js`` with these traits, and wait until it is painted."""
    source = json.dumps(module(name)).replace("</", "<\\/")
    text = json.dumps(traits).replace("</", "<\\/")
    body = HTML.format(light="false" if dark else "true", paper="#111" if dark else "#fff", traits=text, source=source)
    page.unroute(f"{ORIGIN}/**")
    page.route(f"{ORIGIN}/**", lambda route: route.fulfill(body=body, content_type="text/html; charset=utf-8"))
    page.goto(f"{ORIGIN}/")
    page.locator("body[data-shown]").wait_for(timeout=10_000)
