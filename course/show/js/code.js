// The same topology as commands, as Python and as a Compose file, written by the kernel; the last change is marked.

import { button, focusable, html } from "./dom.js";

const TABS = [["commands", "docker"], ["python", "docker-py"], ["compose", "Compose"]];

export const CODE_STYLE = `
.course-widget .code-view>.row{margin-bottom:6px}.course-widget .code-view .said{margin-left:auto}
.course-widget pre.code{margin:0;padding:8px 10px;overflow:auto;max-height:420px;background:var(--soft);font:12px/1.5 "DejaVu Sans Mono",monospace;white-space:pre}
.course-widget pre.code .new{border-left:3px solid var(--running);margin-left:-8px;padding-left:5px;font-weight:bold}
`;

// `code` is {commands, python, compose}. Keeps the last texts, to mark the lines that are new.
export const codeView = () => {
  let tab = "commands";
  let last = {};
  let now = {};
  const show = html("pre", { class: "code", tabindex: 0, role: "region", "aria-label": "the code", ...focusable });
  const said = html("span", { role: "status", class: "said" });
  const tabs = TABS.map(([key, label]) => button(label, () => { tab = key; draw(); }, { role: "tab", "data-tab": key }));
  const copy = button("Copy", async () => {
    try {
      await navigator.clipboard.writeText(now[tab] ?? "");
      said.textContent = "copied";
    } catch {
      getSelection().selectAllChildren(show);
      said.textContent = "selected: press Ctrl C";
    }
  });
  const node = html("div", { class: "code-view" }, html("div", { class: "row" }, html("div", { role: "tablist", "aria-label": "as what", class: "row" }, tabs), said, copy), show);
  const draw = () => {
    for (const one of tabs) one.setAttribute("aria-selected", one.dataset.tab === tab ? "true" : "false");
    for (const one of tabs) one.classList.toggle("first", one.dataset.tab === tab);
    const known = new Set((last[tab] ?? now[tab] ?? "").split("\n"));
    const rows = (now[tab] || "nothing yet").trimEnd().split("\n").map((row) => (known.has(row) || !row.trim() ? `${row}\n` : html("span", { class: "new" }, html("span", { class: "hidden" }, "changed: "), `${row}\n`)));
    show.replaceChildren(...rows);
    said.textContent = "";
  };
  return {
    node,
    set: (code) => {
      if (JSON.stringify(code) === JSON.stringify(now)) return;
      last = now;
      now = code ?? {};
      draw();
    },
  };
};
