// Hints, one at a time: the next is there only when one has looked at the last.

import { button, html, status } from "./dom.js";
import { rich } from "./rich.js";
import { sheetOfStyle } from "./theme.js";

const STYLE = `
.hints{border-left:3px solid var(--line2);padding:4px 12px;max-width:760px}
.hints ol{margin:0;padding-left:1.6em}
.hints li{margin:4px 0}
.hints code{font:12px "DejaVu Sans Mono",monospace}
`;

function render({ model, el }) {
  const list = html("ol");
  const said = status("hidden");
  const more = button("", () => {
    model.set("shown", Math.min(model.get("shown") + 1, model.get("hints").length));
    model.save_changes();
  });
  const root = html("div", { class: "course-widget hints" }, sheetOfStyle(STYLE), list, more, said);
  const draw = () => {
    const [hints, shown] = [model.get("hints"), model.get("shown")];
    list.replaceChildren(...hints.slice(0, shown).map((hint) => html("li", {}, rich(hint))));
    more.textContent = shown ? `Show hint ${shown + 1} of ${hints.length}` : `Show a hint (${hints.length} there are)`;
    more.style.display = shown >= hints.length ? "none" : "";
    if (shown) said.textContent = `hint ${shown} of ${hints.length} is shown`;
  };
  model.on("change:shown", draw);
  el.replaceChildren(root);
  draw();
  root.dataset.ready = "true";
  return () => model.off("change:shown", draw);
}

export default { render };
