// Beside the drawing: how one begins, what is not as drawn, and the keys.

import { button, html } from "./dom.js";
import { HELP } from "./keys.js";

export const differencesView = (all, busy, ask, choose) => {
  if (!all.length) return null;
  const rows = all.map((one) => html("li", { class: "differs" }, html("span", { class: "sign" }, "×"), one.id ? button(one.text, () => choose([one.id]), { class: "link" }) : one.text));
  return html("section", { "aria-label": "intended against actual" }, html("h3", {}, "Not as drawn"), html("ol", { class: "steps" }, rows), button("Repair", () => ask("apply"), { class: "first", disabled: Boolean(busy) }));
};

const BEGIN = ["Add a network and containers: click, or drag one to its place.", "Connect them: drag from a ring to the other's, or tick the box in the form.", "Apply makes it real. It is saved as you draw."];
const ON = ["Click a thing to edit it.", "Drag from a ring to connect.", "Plan says what Apply would do."];

export const guide = (plan) =>
  plan.containers.length + plan.networks.length === 0
    ? html("section", { "aria-label": "how to begin" }, html("h3", {}, "An empty lab"), html("ol", {}, BEGIN.map((text) => html("li", {}, text))), html("p", { class: "said" }, "By keyboard: n adds a network, c a container, Enter edits; Help has the rest."))
    : html("section", { "aria-label": "how to go on" }, html("h3", {}, "Nothing is chosen"), html("ul", {}, ON.map((text) => html("li", {}, text))));

const many = (all, word) => `${all.length} ${word}${all.length === 1 ? "" : "s"}`;
export const counted = (plan, file) => `${many(plan.containers, "container")}, ${many(plan.networks, "network")} · ${file || "not saved to a file"}`;

export const helpView = () => html("section", { class: "help", "aria-label": "keys" }, html("h3", {}, "Keys and mouse, in the drawing"), html("dl", {}, HELP.map(([key, text]) => [html("dt", {}, key), html("dd", {}, text)])));
