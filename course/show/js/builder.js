// The topology builder: the drawing, its tables, its code, and what applying it does. Data first: everything that the
// browser changes is the plan (plan.js), everything that it is told comes as traits of the model.

import { actions } from "./actions.js";
import { arrange, withPlaces } from "./arrange.js";
import { codeView } from "./code.js";
import { button, focusable, html, say, status, svg } from "./dom.js";
import { form } from "./form.js";
import { extent } from "./measures.js";
import { begin, record, redo, undo } from "./history.js";
import { keys } from "./keys.js";
import { remember, remembered } from "./memory.js";
import { added, palette } from "./palette.js";
import { change, find } from "./plan.js";
import { pointer } from "./pointer.js";
import { problems } from "./problems.js";
import { sheet } from "./sheet.js";
import { watchKernel } from "./dead.js";
import { counted, differencesView, guide, helpView } from "./panel.js";
import { stepsView } from "./steps.js";
import { STYLE } from "./style.js";
import { tables } from "./table.js";
import { sheetOfStyle } from "./theme.js";
import { camera, neighbour } from "./view.js";
import { watched } from "./watched.js";

function render({ model, el }) {
  const kept = remembered(model);
  let history = kept ?? begin(withPlaces(model.get("drawing")));
  let chosen = new Set();
  let focused = null;
  let tab = "drawing";
  let taken = new Set();
  let stems = [];
  let side = null;
  let grid = null;
  let asked = false;
  let sent = history.now;
  const code = codeView();

  const line = status();
  const surface = svg("svg", { class: "surface", tabindex: 0, role: "group", "aria-roledescription": "drawing", "aria-label": "topology; arrow keys go from thing to thing, question mark lists the keys", ...focusable });
  const formPlace = html("div");
  const planPlace = html("div");
  const panel = html("div", { class: "side" }, formPlace, planPlace);
  const main = html("div", { class: "main" });
  const bar = html("div", { class: "bar", role: "toolbar", "aria-label": "builder" });
  const body = html("div", { class: "body" }, main, panel);
  const eye = camera(surface);
  const count = html("span", { class: "said count" });
  const root = html("div", { class: "course-widget builder" }, sheetOfStyle(STYLE), html("div", { class: "heads" }), body, html("div", { class: "foot" }, line, count));

  const plan = () => history.now;
  const found = () => problems(plan());
  const save = () => {
    clearTimeout(save.timer);
    root.dataset.saved = "false";
    save.timer = setTimeout(send, 150);
  };
  const send = () => {
    clearTimeout(save.timer);
    if (sent !== plan()) {
      sent = plan();
      model.set("drawing", sent);
      model.save_changes();
      remember(model, history);
    }
    root.dataset.saved = "true";
  };
  // `moving`: the drawing alone changes, again and again; the form and the judgement wait for the end of it.
  const commit = (next, merge = false, moving = false) => {
    if (next === plan()) return;
    history = record(history, next, merge);
    (moving ? drawSheet : after)();
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
      return eye.now();
    },
    stems: () => stems,
    at: eye.at,
    chosen: () => chosen,
    focused: () => focused ?? [...chosen][0] ?? null,
    say: (text) => say(line, text),
    choose: (ids, edit = false) => {
      chosen = new Set(ids);
      if (chosen.size === 1) focused = [...chosen][0];
      draw();
      if (!edit) return;
      side?.first()?.focus();
      side?.first()?.select?.();
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
    lookAt: eye.lookAt,
    zoom: eye.zoom,
    fit: () => eye.fit(plan()),
    arrange: () => {
      commit(arrange(plan()));
      board.fit();
      board.say("arranged; Ctrl Z puts everything back");
    },
    add: (kind, given = {}) => {
      const made = added(plan(), kind, given, board.focused());
      commit(made.plan);
      board.choose([made.id]);
      const edge = extent(plan());
      if (!eye.sees(edge.left, edge.top) || !eye.sees(edge.right, edge.bottom)) board.fit();
      board.say(`${find(plan(), made.id).thing.name} added; Enter edits it`);
    },
    help: () => ((tab = tab === "help" ? "drawing" : "help"), draw()),
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

  const drawForm = () => {
    const id = chosen.size === 1 ? [...chosen][0] : null;
    const typing = side?.id === id && formPlace.contains(document.activeElement) && document.activeElement.matches("input[type=text],textarea");
    if (!typing) {
      const back = (next, to) => (commit(next), formPlace.querySelector(to)?.focus());
      side = tab === "drawing" && id && find(plan(), id) ? form(plan, id, { edit: edit(id), choose: board.choose, commit: back }) : null;
      const error = id ? marks()[id] : "";
      formPlace.replaceChildren(...[error && html("p", { class: "wrong-said" }, error), side?.node].filter(Boolean));
    }
    side?.update(found());
  };

  const drawPlan = () => {
    const told = { steps: model.get("steps"), summary: model.get("summary") };
    const [busy, wrong] = [model.get("busy"), found().length];
    const blocked = wrong ? `${wrong === 1 ? "One thing is" : `${wrong} things are`} wrong in the drawing, marked with "!".` : "";
    head.update(tab, busy, blocked);
    const had = planPlace.contains(document.activeElement) ? document.activeElement.textContent : null;
    const shown = [blocked && html("section", { "aria-label": "wrong" }, html("p", { class: "wrong-said" }, blocked)), differencesView(model.get("live")?.differences ?? [], busy, ask, board.choose), stepsView(told, board.choose)].filter(Boolean);
    planPlace.replaceChildren(...(shown.length || side || tab !== "drawing" ? shown : [guide(plan())]));
    if (had) [...planPlace.querySelectorAll("button")].find((one) => one.textContent === had)?.focus();
  };

  const ask = (what) => {
    send();
    if (what !== "stop") board.choose([]); // what is told of it takes the place of the form
    model.send({ do: what });
    asked = true;
    setTimeout(() => asked && board.say("waiting for the kernel, which is busy with a cell or gone"), 1500);
  };

  const drawMain = () => {
    if (tab === "table") {
      const key = main.contains(document.activeElement) ? document.activeElement.dataset.key : null;
      if (key && grid && document.activeElement.matches("input[type=text]")) return grid.update(found());
      grid = tables(plan, { commit: (next, to) => { commit(next); main.querySelector(`[data-key="${to}"]`)?.focus(); }, edit: (id, field, value, merge) => edit(id)(field, value, merge) });
      grid.update(found());
      main.replaceChildren(grid.node);
      if (key) main.querySelector(`[data-key="${key}"]`)?.focus();
    } else if (tab === "code") main.replaceChildren(code.node);
    else if (tab === "help") main.replaceChildren(helpView());
    else {
      if (!main.contains(surface)) main.replaceChildren(surface);
      drawSheet();
    }
  };

  const draw = () => {
    body.classList.toggle("wide", tab !== "drawing");
    bar.hidden = tab !== "drawing";
    drawMain();
    drawForm();
    drawPlan();
    bar.querySelector("[data-act=undo]").disabled = !history.past.length;
    bar.querySelector("[data-act=redo]").disabled = !history.future.length;
    say(count, counted(plan(), model.get("file")));
  };

  const head = actions((next) => ((tab = next), draw()), ask);
  root.querySelector(".heads").replaceWith(head.node, bar);
  palette(bar, board);
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
    "change:said": () => ((asked = false), say(line, model.get("said"))),
    "change:code": () => code.set(model.get("code")),
    "comm:close": () => (clearTimeout(save.timer), (root.dataset.saved = "true")), // nobody listens any more
  };
  for (const name of ["live", "errors", "steps", "summary", "busy", "file"]) hear[`change:${name}`] = () => ((asked = name === "live" && asked), draw());
  for (const [event, act] of Object.entries(hear)) model.on(event, act);
  el.replaceChildren(root);
  code.set(model.get("code"));
  say(line, model.get("said") ?? "");
  draw();
  board.fit();
  const resized = new ResizeObserver(eye.reshape);
  resized.observe(surface);
  const leave = [watchKernel(model, root), watched(model, root)];
  root.dataset.ready = "true";
  return () => {
    if (root.dataset.saved === "false") send();
    for (const [event, act] of Object.entries(hear)) model.off(event, act);
    for (const act of leave) act();
    resized.disconnect();
  };
}

export default { render };
