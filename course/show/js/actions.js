// The row above everything: how one looks at the plan, and what shall be done with it.

import { button, html } from "./dom.js";

const TABS = ["drawing", "table", "code", "help"];
const ACTS = [["Plan", "plan", "say what Apply would do"], ["Apply", "apply", "make it real"], ["Adopt what runs", "adopt", "draw what the lab holds now"], ["Destroy", "destroy", "remove all that was built from this drawing"]];

const capital = (word) => word[0].toUpperCase() + word.slice(1);

// `show(tab)` is called when one is chosen, `ask(what)` when something is to be done. Returns {node, update}.
export const actions = (show, ask) => {
  const tabs = TABS.map((name) => button(capital(name), () => show(name), { "data-tab": name }));
  const acts = ACTS.map(([label, what, title]) => button(label, () => ask(what), { title, "data-what": what, class: what === "apply" ? "first" : null }));
  const stop = button("Stop", () => ask("stop"));
  const node = html("div", { class: "bar top" }, html("div", { class: "tabs", role: "group", "aria-label": "look at it as" }, tabs), html("span", { class: "gap" }), html("div", { class: "acts", role: "group", "aria-label": "the lab" }, acts, stop));
  // `blocked` says why nothing can be planned now; it stands where the drawing's errors are told.
  const update = (tab, busy, blocked) => {
    for (const one of tabs) one.setAttribute("aria-pressed", one.dataset.tab === tab ? "true" : "false");
    for (const one of acts) one.disabled = Boolean(busy) || (Boolean(blocked) && ["plan", "apply"].includes(one.dataset.what));
    const had = document.activeElement === stop;
    stop.hidden = !busy;
    if (had && !busy) acts[1].focus();
  };
  return { node, update };
};
