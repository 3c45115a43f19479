// A journey alone, to step through.

import { html } from "./dom.js";
import { PLAYER_STYLE, player } from "./player.js";
import { sheetOfStyle } from "./theme.js";

function render({ model, el }) {
  const made = player();
  const title = html("h3", { style: "margin:8px 10px 0;font-size:13px" });
  const root = html("div", { class: "course-widget replay" }, sheetOfStyle(`.replay{border:1px solid var(--edge);container-type:inline-size}${PLAYER_STYLE}`), title, made.node);
  const tell = () => {
    const journey = model.get("journey");
    title.textContent = `${journey.source} → ${journey.target}`;
    made.set(journey);
  };
  model.on("change:journey", tell);
  el.replaceChildren(root);
  tell();
  root.dataset.ready = "true";
  return () => (made.stop(), model.off("change:journey", tell));
}

export default { render };
