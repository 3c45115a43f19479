// Beside the drawing: what is not as drawn, and the keys.

import { button, html } from "./dom.js";
import { HELP } from "./keys.js";

export const differencesView = (all, busy, ask, choose) => {
  if (!all.length) return null;
  const rows = all.map((one) => html("li", {}, one.id ? button(one.text, () => choose([one.id]), { class: "link" }) : one.text));
  return html("section", { "aria-label": "intended against actual" }, html("h3", {}, "Not as drawn"), html("ul", {}, rows), button("Repair", () => ask("apply"), { class: "first", disabled: Boolean(busy) }));
};

export const helpView = () => html("section", { "aria-label": "keys" }, html("h3", {}, "Keys"), html("dl", {}, HELP.map(([key, text]) => [html("dt", {}, key), html("dd", {}, text)])));
