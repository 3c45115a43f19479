// The topology builder: the drawing, its tables, its code, and what applying it does. Data first: everything that the
// browser changes is the plan (plan.js), everything that it is told comes as traits of the model.

import { arrange } from "./arrange.js";
import { CODE_STYLE, codeView } from "./code.js";
import { button, focusable, html, say, status, svg } from "./dom.js";
import { form } from "./form.js";
import { begin, record, redo, undo } from "./history.js";
import { HELP, keys } from "./keys.js";
import { boxOf, extent } from "./measures.js";
import { DRIVERS, EMPTY, IMAGES, addContainer, addMachine, addNetwork, change, find } from "./plan.js";
import { pointer } from "./pointer.js";
import { problems } from "./problems.js";
import { SHEET_STYLE, sheet } from "./sheet.js";
import { STEPS_STYLE, stepsView } from "./steps.js";
import { freeSubnet } from "./addresses.js";
import { tables } from "./table.js";
import { sheetOfStyle } from "./theme.js";

const STYLE = `
.builder{border:1px solid var(--edge);container-type:inline-size}
.builder .bar{display:flex;flex-wrap:wrap;gap:4px;padding:6px;border-bottom:1px solid var(--edge);background:var(--soft)}
.builder .bar .gap{flex:1}
.builder .body{display:grid;grid-template-columns:minmax(0,1fr) 290px}
@container (max-width:680px){.builder .body{grid-template-columns:minmax(0,1fr)}}
.builder .surface{display:block;width:100%;height:min(62vh,560px);min-height:300px;touch-action:none;user-select:none}
.builder .surface:focus-visible{outline-offset:-3px}
.builder .side{padding:8px 10px;border-left:1px solid var(--edge);max-height:min(62vh,560px);overflow:auto}
.builder .tables,.builder .code-view{padding:8px 10px;overflow:auto;max-height:min(62vh,560px)}
.builder h3{font-size:13px;margin:8px 0 4px}
.builder .field{margin:5px 0;display:grid;gap:1px}
.builder .field.check{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.builder .field input[type=text],.builder .field select,.builder .field textarea{width:100%}
.builder [aria-invalid=true]{border-color:var(--bad);border-width:2px}
.builder fieldset{border:1px solid var(--edge);margin:8px 0;padding:4px 8px}
.builder .row{display:flex;flex-wrap:wrap;gap:4px;align-items:center}
.builder .said{color:var(--muted)}
.builder .small{min-height:20px;padding:0 5px;font-size:11px}
.builder .link{border:none;background:none;padding:0;min-height:0;text-decoration:underline;text-align:left}
.builder table{border-collapse:collapse}
.builder th,.builder td{padding:2px 6px 2px 0;text-align:left;vertical-align:top;font-weight:normal}
.builder thead th{font-weight:bold}
.builder .foot{padding:3px 10px;border-top:1px solid var(--edge);display:flex;gap:12px;flex-wrap:wrap}
.builder .foot .course-status{flex:1}
.builder dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px}
.builder dt{font-weight:bold}.builder dd{margin:0}
.builder.dead .body,.builder.dead .bar{opacity:.5}
.builder .dead-said{padding:6px 10px;border-bottom:2px solid var(--bad)}
${SHEET_STYLE}${CODE_STYLE}${STEPS_STYLE}`;

function render({ model, el }) {
  const kept = remembered(model);
  let history = kept ?? begin(withPlaces(model.get("drawing")));
  let chosen = new Set();
  let focused = null;
  let tab = "drawing";
  let taken = new Set();
  let view = { x: 0, y: 0, width: 900, height: 560 };
  let stems = [];
  let side = null;
  let grid = null;
  let asked = false;
  let sent = history.now;
  const code = codeView();

  const line = status();
  const surface = svg("svg", { class: "surface", tabindex: 0, role: "group", "aria-roledescription": "drawing", "aria-label": "topology; arrow keys go from thing to thing, question mark lists the keys", ...focusable });
  const panel = html("div", { class: "side" });
  const main = html("div", { class: "main" });
  const bar = html("div", { class: "bar", role: "toolbar", "aria-label": "builder" });
  const count = html("span", { class: "said count" });
  const root = html("div", { class: "course-widget builder" }, sheetOfStyle(STYLE), bar, html("div", { class: "body" }, main, panel), html("div", { class: "foot" }, line, count));

  const plan = () => history.now;
  const found = () => problems(plan());

  const save = () => {
    clearTimeout(save.timer);
    save.timer = setTimeout(() => {
      if (sent === plan()) return;
      sent = plan();
      model.set("drawing", sent);
      model.save_changes();
      remember(model, history);
    }, 150);
  };
  const commit = (next, merge = false) => {
    if (next === plan()) return;
    history = record(history, next, merge);
    after();
  };
  const after = () => {
    chosen = new Set([...chosen].filter((id) => find(plan(), id)));
    if (focused && !find(plan(), focused)) focused = null;
    save();
    draw();
  };

  const board = {
    surface,
    plan,
    commit,
    look: {},
    get view() {
      return view;
    },
    stems: () => stems,
    chosen: () => chosen,
    focused: () => focused ?? [...chosen][0] ?? null,
    say: (text) => say(line, text),
    choose: (ids, edit = false) => {
      chosen = new Set(ids);
      if (chosen.size === 1) focused = [...chosen][0];
      draw();
      if (edit) side?.first()?.focus();
    },
    focus: (id) => {
      if (id) focused = id;
      surface.focus({ preventScroll: true });
    },
    edit: (id) => {
      if (!id) return;
      tab = "drawing";
      board.choose([id], true);
    },
    undo: () => ((history = undo(history)), after()),
    redo: () => ((history = redo(history)), after()),
    take: (ids) => (taken = new Set(ids)),
    taken: () => taken,
    overlay: (node) => surface.append(node),
    redraw: () => drawSheet(),
    lookAt: (where) => {
      view = { ...view, ...where };
      surface.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    },
    zoom: (factor, at = [view.x + view.width / 2, view.y + view.height / 2]) => {
      const width = Math.max(200, Math.min(6000, view.width / factor));
      const scale = width / view.width;
      board.lookAt({ x: at[0] - (at[0] - view.x) * scale, y: at[1] - (at[1] - view.y) * scale, width, height: view.height * scale });
    },
    fit: () => board.lookAt(fitted(plan(), surface)),
    arrange: () => {
      commit(arrange(plan()));
      board.fit();
      board.say("arranged; Ctrl Z puts everything back");
    },
    add: (kind, given = {}) => {
      const made = added(plan(), kind, given, view);
      commit(made.plan);
      board.choose([made.id]);
      board.say(`${find(plan(), made.id).thing.name} added; Enter edits it`);
    },
    help: () => {
      tab = tab === "help" ? "drawing" : "help";
      draw();
    },
    step: (dx, dy) => {
      const next = neighbour(plan(), board.focused(), dx, dy);
      if (!next) return;
      focused = next;
      board.choose([next]);
      surface.querySelector(`[data-id="${next}"]`)?.focus();
    },
  };

  const marks = () => {
    const all = { ...(model.get("errors") ?? {}) };
    for (const one of found()) all[one.id] = one.text;
    for (const one of model.get("live")?.differences ?? []) if (one.id) all[one.id] ??= one.text;
    return all;
  };

  const drawSheet = () => {
    const had = surface.contains(document.activeElement) && document.activeElement !== surface ? focused : null;
    const made = sheet(plan(), { chosen, live: model.get("live") ?? {}, marks: marks(), ...board.look });
    stems = made.size.stems;
    surface.replaceChildren(made.root);
    if (had) surface.querySelector(`[data-id="${had}"]`)?.focus({ preventScroll: true });
  };

  const edit = (id) => (field, value, merge) => {
    commit(change(plan(), id, { [field]: value }), merge && history.past.length > 0 && edit.last === id + field);
    edit.last = id + field;
  };

  const drawSide = () => {
    const id = chosen.size === 1 ? [...chosen][0] : null;
    const typing = panel.contains(document.activeElement) && side?.id === id && document.activeElement.matches("input[type=text],textarea");
    if (typing) return side.update(found());
    side = id && find(plan(), id) ? form(plan(), id, { edit: edit(id), choose: board.choose, commit: (next, back) => { commit(next); panel.querySelector(back)?.focus(); } }) : null;
    side?.update(found());
    const told = { steps: model.get("steps"), summary: model.get("summary"), busy: model.get("busy") };
    const wrong = found();
    const blocked = wrong.length ? `${wrong.length === 1 ? "One thing is" : `${wrong.length} things are`} wrong in the drawing: see the red marks.` : "";
    const error = id ? marks()[id] : "";
    const back = document.activeElement && panel.contains(document.activeElement) ? document.activeElement.textContent : null;
    panel.replaceChildren(...[side?.node, error && html("p", { class: "wrong-said" }, error), stepsView(told, ask, board.choose, blocked), differences(), tab === "help" && help()].filter(Boolean));
    if (back) [...panel.querySelectorAll("button")].find((one) => one.textContent === back)?.focus();
    return null;
  };

  const differences = () => {
    const all = model.get("live")?.differences ?? [];
    if (!all.length) return null;
    return html("section", { "aria-label": "intended against actual" }, html("h3", {}, "Not as drawn"), html("ul", {}, all.map((one) => html("li", {}, one.id ? button(one.text, () => board.choose([one.id]), { class: "link" }) : one.text))), button("Repair", () => ask("apply"), { class: "first", disabled: Boolean(model.get("busy")) }));
  };

  const help = () => html("section", { "aria-label": "keys" }, html("h3", {}, "Keys"), html("dl", {}, HELP.map(([key, text]) => [html("dt", {}, key), html("dd", {}, text)])));

  const ask = (what) => {
    clearTimeout(save.timer);
    sent = plan();
    model.set("drawing", sent);
    model.save_changes();
    model.send({ do: what });
    asked = true;
    setTimeout(() => asked && board.say("waiting for the kernel, which is busy with a cell or gone"), 1500);
  };

  const drawMain = () => {
    if (tab === "table") {
      const key = main.contains(document.activeElement) ? document.activeElement.dataset.key : null;
      if (key && grid && document.activeElement.matches("input[type=text]")) return grid.update(found());
      grid = tables(plan(), { commit: (next, to) => { commit(next); main.querySelector(`[data-key="${to}"]`)?.focus(); }, edit: (id, field, value, merge) => edit(id)(field, value, merge) });
      grid.update(found());
      main.replaceChildren(grid.node);
      if (key) main.querySelector(`[data-key="${key}"]`)?.focus();
    } else if (tab === "code") main.replaceChildren(code.node);
    else {
      if (!main.contains(surface)) main.replaceChildren(surface);
      drawSheet();
    }
    return null;
  };

  const draw = () => {
    drawMain();
    drawSide();
    for (const one of bar.querySelectorAll("[data-tab]")) one.setAttribute("aria-pressed", one.dataset.tab === tab ? "true" : "false");
    bar.querySelector("[data-act=undo]").disabled = !history.past.length;
    bar.querySelector("[data-act=redo]").disabled = !history.future.length;
    const size = plan();
    say(count, `${size.containers.length} containers, ${size.networks.length} networks, ${model.get("file") || "not saved to a file"}`);
  };

  palette(bar, board, (next) => ((tab = next), draw()));
  pointer(board);
  keys(board);

  const hear = {
    "change:drawing": () => {
      const told = model.get("drawing");
      if (told === sent || JSON.stringify(told) === JSON.stringify(plan())) return;
      sent = told;
      history = record(history, withPlaces(told));
      draw();
    },
    "change:live": draw,
    "change:errors": draw,
    "change:steps": () => ((asked = false), draw()),
    "change:summary": () => ((asked = false), draw()),
    "change:busy": () => ((asked = false), draw()),
    "change:said": () => ((asked = false), say(line, model.get("said"))),
    "change:code": () => code.set(model.get("code")),
    "change:file": draw,
  };
  for (const [event, act] of Object.entries(hear)) model.on(event, act);
  const watch = new MutationObserver(() => {
    const dead = Boolean(el.closest(".jupyter-widgets-disconnected"));
    if (dead === root.classList.contains("dead")) return;
    root.classList.toggle("dead", dead);
    if (dead) root.prepend(html("div", { class: "dead-said", role: "alert" }, "The kernel was restarted or has ended, so this drawing leads nowhere now. Your last state is in the file: run the cell again to go on."));
    else root.querySelector(".dead-said")?.remove();
  });
  for (let node = el; node && node !== document.body; node = node.parentElement) watch.observe(node, { attributes: true, attributeFilter: ["class"] });

  el.replaceChildren(root);
  code.set(model.get("code"));
  draw();
  board.fit();
  if (model.get("said")) say(line, model.get("said"));
  const resized = new ResizeObserver(() => board.lookAt(sameScale(view, surface)));
  resized.observe(surface);
  root.dataset.ready = "true";
  return () => {
    for (const [event, act] of Object.entries(hear)) model.off(event, act);
    watch.disconnect();
    resized.disconnect();
  };
}

// Things without a place get one: a plan from a file, or one that somebody wrote by hand.
const withPlaces = (given) => {
  const plan = { ...EMPTY, ...given };
  const lacks = (one) => !Number.isFinite(one.x) || !Number.isFinite(one.y);
  return [...plan.machines, ...plan.networks, ...plan.containers].some(lacks) ? arrange(plan) : plan;
};

const remembered = (model) => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(`course-builder-${model.get("key")}`));
    return kept && JSON.stringify(kept.now) === JSON.stringify(model.get("drawing")) ? kept : null;
  } catch {
    return null;
  }
};

const remember = (model, history) => {
  try {
    sessionStorage.setItem(`course-builder-${model.get("key")}`, JSON.stringify({ ...history, past: history.past.slice(-30) }));
  } catch {
    // the browser keeps nothing for this page: undo ends at a reload
  }
};

const added = (plan, kind, given, view) => {
  const [x, y] = given.at ?? [view.x + view.width / 2, view.y + view.height / 2];
  const put = { ...given, at: undefined };
  if (kind === "network") return addNetwork(plan, { x: x - 150, y, subnet: freeSubnet(plan.networks.map((one) => one.subnet)), ...put });
  if (kind === "container") return addContainer(plan, { x, y, ...put });
  return addMachine(plan, kind === "host", { x, y, ...put });
};

const fitted = (plan, surface) => {
  const size = extent(plan);
  const edge = surface.getBoundingClientRect();
  const [wide, high] = [size.right - size.left + 40, size.bottom - size.top + 40];
  const scale = Math.max(wide / (edge.width || 900), high / (edge.height || 560), 1);
  const [width, height] = [(edge.width || 900) * scale, (edge.height || 560) * scale];
  return { x: size.left - 20 - (width - wide) / 2, y: size.top - 20, width, height };
};

const sameScale = (view, surface) => {
  const edge = surface.getBoundingClientRect();
  return edge.width ? { height: (view.width * edge.height) / edge.width } : {};
};

// The nearest thing in that direction; without one to start from, the first of all.
const neighbour = (plan, id, dx, dy) => {
  const centre = (one) => ("image" in one ? [one.x, one.y] : "driver" in one ? [one.x + 40, one.y] : [one.x + 30, one.y + 15]);
  const all = [...plan.machines, ...plan.networks, ...plan.containers];
  const from = all.find((one) => one.id === id);
  if (!from) return all[0]?.id ?? null;
  const [x, y] = centre(from);
  const away = (one) => {
    const [a, b] = centre(one);
    const [along, across] = dx ? [(a - x) * dx, Math.abs(b - y)] : [(b - y) * dy, Math.abs(a - x)];
    return along > 1 ? along + across * 2.5 : Infinity;
  };
  const best = all.filter((one) => one !== from).reduce((a, b) => (a && away(a) <= away(b) ? a : b), null);
  return best && away(best) < Infinity ? best.id : null;
};

const palette = (bar, board, show) => {
  const tool = (label, kind, given, title) => {
    const made = button(label, () => board.add(kind, given), { title, draggable: true });
    made.addEventListener("dragstart", (event) => event.dataTransfer.setData("application/x-course", JSON.stringify([kind, given])));
    return made;
  };
  const pick = (label, choices, act) => {
    const made = html("select", { "aria-label": label, ...focusable, onchange: (event) => { act(event.target.value); event.target.value = ""; } }, html("option", { value: "" }, label), choices.map((one) => html("option", { value: one }, one)));
    return made;
  };
  const act = (label, name, run, title) => button(label, run, { "data-act": name, title });
  bar.append(
    ...IMAGES.map((image) => tool(`+ ${image}`, "container", { image }, `a container of the image ${image}: click, or drag it to its place`)),
    tool("+ network", "network", {}, "a bridge network: click, or drag it to its place"),
    pick("+ other network", DRIVERS.slice(1), (driver) => board.add("network", { driver, name: driver })),
    tool("+ lab host", "host", {}, "one more lab host"),
    tool("+ machine", "machine", {}, "a machine on the LAN"),
    html("span", { class: "gap" }),
    act("Undo", "undo", board.undo, "Ctrl Z"),
    act("Redo", "redo", board.redo, "Ctrl Shift Z"),
    act("Arrange", "arrange", board.arrange, "l"),
    act("−", "smaller", () => board.zoom(1 / 1.2), "smaller"),
    act("+", "larger", () => board.zoom(1.2), "larger"),
    act("All", "fit", board.fit, "show all: 0"),
    ...["drawing", "table", "code", "help"].map((name) => button(name[0].toUpperCase() + name.slice(1), () => show(name), { "data-tab": name })),
  );
  board.surface.addEventListener("dragover", (event) => event.preventDefault());
  board.surface.addEventListener("drop", (event) => {
    const text = event.dataTransfer.getData("application/x-course");
    if (!text) return;
    event.preventDefault();
    const [kind, given] = JSON.parse(text);
    const edge = board.surface.getBoundingClientRect();
    const at = [board.view.x + ((event.clientX - edge.left) / edge.width) * board.view.width, board.view.y + ((event.clientY - edge.top) / edge.height) * board.view.height];
    board.add(kind, { ...given, at: at.map((value) => Math.round(value / 10) * 10) });
  });
};

export { boxOf };
export default { render };
