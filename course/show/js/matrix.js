// Who reaches whom, expected against measured: a mark for each question; a cell opens the way of its packet.

import { watchKernel } from "./dead.js";
import { button, focusable, html, say, status } from "./dom.js";
import { PLAYER_STYLE, player } from "./player.js";
import { sheetOfStyle } from "./theme.js";

const STYLE = `
.matrix{border:1px solid var(--edge);container-type:inline-size}
.matrix .head{padding:6px 10px;border-bottom:1px solid var(--edge);background:var(--soft)}
.matrix .body{display:grid;grid-template-columns:minmax(0,auto) minmax(240px,1fr)}
.matrix .scroll{overflow:auto;max-height:min(70vh,620px);padding:8px 10px}
.matrix table{border-collapse:separate;border-spacing:3px}
.matrix th{font-weight:bold;padding:2px 6px;white-space:nowrap}
.matrix thead th{vertical-align:bottom;text-align:center}
.matrix thead .upright{writing-mode:vertical-rl;transform:rotate(180deg);padding:6px 2px}
.matrix tbody th{text-align:right;vertical-align:middle}
.matrix td{padding:0}
.matrix .cell{display:flex;gap:1px;justify-content:center;min-width:34px;padding:3px;min-height:28px;border:1px solid var(--edge);cursor:pointer}
.matrix .cell.surprise{outline:3px solid var(--bad);outline-offset:-2px}
.matrix .cell:focus-visible{outline:3px solid var(--focus);outline-offset:1px}
.matrix .cell[aria-pressed=true]{background:var(--soft);box-shadow:0 0 0 2px var(--ink)}
.matrix .mark{min-width:20px;text-align:center;line-height:20px;border:1px solid var(--muted);background:var(--paper)}
.matrix .mark.yes{background:var(--running);color:var(--on-running);border-color:var(--running)}
.matrix .mark.odd{border:2px solid var(--bad);line-height:18px;font-weight:bold}
.matrix .side{border-left:1px solid var(--edge);padding:8px 10px}
.matrix h3{font-size:13px;margin:0 0 6px;font-weight:bold}
.matrix .side dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:6px 10px;margin:0;align-items:start}
.matrix .side dt{font-weight:bold;white-space:nowrap}
.matrix .legend{color:var(--muted);padding:2px 10px 8px}
.matrix>.course-status{padding:4px 10px;border-top:1px solid var(--edge)}
@container (max-width:620px){.matrix .body{grid-template-columns:minmax(0,1fr)}.matrix .side{border-left:none;border-top:1px solid var(--edge)}}
${PLAYER_STYLE}`;
const WAYS = { ArrowLeft: [0, -1], ArrowRight: [0, 1], ArrowUp: [-1, 0], ArrowDown: [1, 0] };

function render({ model, el }) {
  const table = model.get("table");
  const names = table.places;
  let at = table.rows.flatMap((row, y) => row.map((cell, x) => [y, x, cell])).find(([, , cell]) => cell.some((one) => one.surprise)) ?? [0, Math.min(1, names.length - 1)];
  const line = status();
  const replay = player();
  const side = html("div", { class: "side" });
  const trace = (question) => {
    model.send({ do: "trace", source: names[at[0]], target: names[at[1]], question });
    say(line, `asked: ${names[at[0]]} to ${names[at[1]]}, ${table.questions[question].title}`);
  };
  const upright = names.some((name) => name.length > 9);
  const cell = (answers, y, x) => html("td", { role: "gridcell" }, answers.length > 0 && html("div", { class: answers.some((one) => one.surprise) ? "cell surprise" : "cell", role: "button", tabindex: -1, "data-at": `${y},${x}`, "aria-label": `${names[y]} to ${names[x]}: ${answers.map((one, n) => `${table.questions[n].title} ${one.word}${one.surprise ? `, expected ${one.wish === "✓" ? "yes" : "no"}` : ""}`).join("; ")}`, onclick: () => go([y, x]), ondblclick: () => trace(first(y, x)), ...focusable }, answers.map((one) => html("span", { class: `mark${one.yes ? " yes" : ""}${one.surprise ? " odd" : ""}` }, one.sign))));
  const grid = html("table", { role: "grid", "aria-label": table.title }, [
    html("thead", {}, html("tr", {}, html("td"), names.map((name) => html("th", { scope: "col" }, html("span", { class: upright ? "upright" : null }, name))))),
    html("tbody", {}, table.rows.map((row, y) => html("tr", {}, html("th", { scope: "row" }, names[y]), row.map((answers, x) => cell(answers, y, x))))),
  ]);
  const [title, remark] = table.title.split(": ");
  const legend = [Object.entries(table.meanings).map(([sign, meaning]) => `${sign} ${meaning}`).join(", "), table.questions.length > 1 && `marks in this order: ${table.questions.map((one) => one.short).join(", ")}`, "framed: not as expected"].filter(Boolean).join(" · ");
  const root = html("div", { class: "course-widget matrix" }, sheetOfStyle(STYLE), html("div", { class: "head" }, html("strong", {}, `${title}:`), ` ${[remark, table.verdict].filter(Boolean).join("; ")}`), html("div", { class: "body" }, html("div", {}, html("div", { class: "scroll" }, grid), html("div", { class: "legend" }, legend)), side), line, html("div", { class: "journey" }, replay.node));

  const find = ([y, x]) => grid.querySelector(`[data-at="${y},${x}"]`);
  // The question to follow: the one that surprises, or the last, which says most.
  const first = (y, x) => Math.max(table.rows[y][x].findIndex((one) => one.surprise), 0);
  const go = (next, focus = true) => {
    if (!find(next)) return;
    const old = find(at);
    old?.setAttribute("tabindex", -1);
    old?.setAttribute("aria-pressed", "false");
    at = next;
    find(at).setAttribute("tabindex", 0);
    find(at).setAttribute("aria-pressed", "true");
    if (focus) find(at).focus();
    tell();
  };
  const tell = () => {
    const [y, x] = at;
    const rows = table.rows[y][x].map((one, n) => [html("dt", {}, table.questions[n].title), html("dd", {}, `${one.sign} ${one.word}`, one.surprise && [", ", html("strong", {}, `expected ${one.wish}`)], one.detail && one.detail !== one.word && html("div", {}, one.detail), html("div", {}, button("Follow a packet", () => trace(n), { "aria-label": `Follow a packet of ${table.questions[n].title}` })))]);
    side.replaceChildren(html("h3", {}, `${names[y]} → ${names[x]}`), html("dl", {}, rows));
  };
  grid.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    if (way) {
      let next = [at[0] + way[0], at[1] + way[1]];
      if (next[0] === next[1]) next = [next[0] + way[0], next[1] + way[1]]; // over the empty cell of a place and itself
      go(next);
    } else if (event.key === "Enter" || event.key === " ") trace(first(...at));
    else return;
    event.preventDefault();
    event.stopPropagation();
  });

  const hear = { "change:said": () => say(line, model.get("said")), "change:journey": () => replay.set(model.get("journey")) };
  for (const [event, act] of Object.entries(hear)) model.on(event, act);
  el.replaceChildren(root);
  say(line, model.get("said") || "Choose a cell: its answers stand beside the table; Enter follows a packet.");
  if (Object.keys(model.get("journey") ?? {}).length) replay.set(model.get("journey"));
  go(at.slice(0, 2), false);
  const unwatch = watchKernel(model, root);
  root.dataset.ready = "true";
  return () => {
    replay.stop();
    unwatch();
    for (const [event, act] of Object.entries(hear)) model.off(event, act);
  };
}

export default { render };
