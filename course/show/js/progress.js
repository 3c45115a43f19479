// Where one stands in the course: a row for each lesson, with a bar, a shape and a word.

import { focusable, html } from "./dom.js";
import { sheetOfStyle } from "./theme.js";

const STYLE = `
.standing{padding:4px 0;max-width:820px}
.standing table{border-collapse:collapse;width:100%}
.standing caption{text-align:left;font-weight:bold;padding-bottom:6px}
.standing th,.standing td{text-align:left;padding:4px 12px 4px 0;border-bottom:1px solid var(--soft);font-weight:normal;vertical-align:top}
.standing td{white-space:nowrap}
.standing thead th{font-weight:bold}
.standing .question{color:var(--muted)}
.standing progress{width:110px;accent-color:var(--running);vertical-align:middle}
.standing a{color:var(--running)}
.standing .note{border-left:3px solid var(--paused);padding:2px 10px;margin:8px 0 0}
`;

// JupyterLab follows this mark and opens the notebook in a tab of its own; its pages know no such address.
const opened = (path) => ({ "data-commandlinker-command": "docmanager:open", "data-commandlinker-args": JSON.stringify({ path }) });

function render({ model, el }) {
  const draw = () => {
    const told = model.get("standing");
    const rows = told.lessons.map((one) =>
      html("tr", {}, html("th", { scope: "row" }, html("a", { href: one.link, ...opened(one.link), ...focusable }, `${one.number} ${one.title}`), html("div", { class: "question" }, one.question)), html("td", {}, `${one.minutes} min`), html("td", {}, html("progress", { max: Math.max(1, one.tasks), value: one.passed, "aria-label": `${one.passed} of ${one.tasks} tasks` }), ` ${one.passed} of ${one.tasks}`), html("td", {}, one.state)));
    const head = html("thead", {}, html("tr", {}, ["Lesson", "Time", "Tasks done", ""].map((one) => html(one ? "th" : "td", one ? { scope: "col" } : {}, one))));
    root.replaceChildren(sheetOfStyle(STYLE), html("table", {}, html("caption", {}, `Progress of ${told.learner}`), head, html("tbody", {}, rows)), ...told.notes.map((text) => html("p", { class: "note" }, text)));
  };
  const root = html("div", { class: "course-widget standing" });
  model.on("change:standing", draw);
  el.replaceChildren(root);
  draw();
  root.dataset.ready = "true";
  return () => model.off("change:standing", draw);
}

export default { render };
