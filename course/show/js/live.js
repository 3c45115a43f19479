// The lab as it is now: states and traffic as they change, a packet between two nodes, and who hears what.

import { arrange } from "./arrange.js";
import { button, focusable, html, say, status, svg } from "./dom.js";
import { PLAYER_STYLE, place, player } from "./player.js";
import { SHEET_STYLE, sheet } from "./sheet.js";
import { sheetOfStyle } from "./theme.js";
import { watchKernel } from "./dead.js";
import { watched } from "./watched.js";
import { fitted, neighbour } from "./view.js";

const STYLE = `
.live{border:1px solid var(--edge);container-type:inline-size}
.live .surface{display:block;width:100%;height:min(56vh,460px);min-height:260px}
.live .row{display:flex;flex-wrap:wrap;gap:4px 8px;align-items:center;padding:6px 10px;border-bottom:1px solid var(--edge);background:var(--soft)}
.live .row input{width:15em;max-width:100%}
.live .row .long{width:22em}.live .to{display:flex;gap:8px;align-items:center}
.live .surface+.row{border-top:1px solid var(--edge)}
.live .node{cursor:pointer}
.live .flash .box,.live .flash .line,.live .flash .frame,.live .flash .stem{stroke:var(--bad);stroke-width:6}
.live>.course-status:not(:empty){padding:6px 10px 0}
.live .first-end .halo,.live .second-end .halo{stroke:var(--focus);stroke-width:3}
${SHEET_STYLE}${PLAYER_STYLE}`;
const FLASH = 700; // milliseconds

function render({ model, el }) {
  let plan = arrange(model.get("drawing"));
  let ends = [];
  let focused = null;
  const lit = new Map();
  const line = status();
  const surface = svg("svg", { class: "surface", tabindex: 0, role: "group", "aria-label": "the lab as it is; choose two things to send a packet from the first to the second", ...focusable });
  const field = (label, hint, long = false) => html("input", { type: "text", class: long ? "long" : null, "aria-label": label, placeholder: hint, spellcheck: "false", ...focusable });
  const [from, to] = [field("from", "from: web"), field("to", "to: db:5432, udp://dns:53, http://web/", true)];
  const filter = field("filter", "tcp port 80: who hears it flashes", true);
  const ask = (message) => (model.send(message), say(line, "asked"));
  const trace = () => ask({ do: "trace", source: from.value.trim(), target: to.value.trim() });
  const listen = () => ask({ do: "listen", filter: filter.value.trim() });
  const onEnter = (input, act) => input.addEventListener("keydown", (event) => event.key === "Enter" && act());
  onEnter(from, trace);
  onEnter(to, trace);
  onEnter(filter, listen);
  const replay = player((hop) => flash([idOf(plan, hop)]));
  const root = html("div", { class: "course-widget live" }, sheetOfStyle(STYLE), html("div", { class: "row", role: "group", "aria-label": "trace" }, from, html("span", { class: "to" }, "→", to), button("Send a packet", trace, { class: "first" }), button("Forget", () => choose(null))), surface, html("div", { class: "row", role: "group", "aria-label": "listen" }, filter, button("Listen", listen), button("Stop listening", () => ask({ do: "deaf" }))), line, replay.node);

  const draw = () => {
    const live = model.get("live") ?? {};
    const made = sheet(plan, { live });
    surface.replaceChildren(made.root);
    const view = fitted(plan, surface);
    surface.setAttribute("viewBox", `${view.x} ${view.y} ${view.width} ${view.height}`);
    for (const dot of surface.querySelectorAll(".dot")) dot.remove();
    ends.forEach((id, n) => surface.querySelector(`[data-id="${id}"]`)?.classList.add(n ? "second-end" : "first-end"));
    for (const id of lit.keys()) surface.querySelector(`[data-id="${id}"]`)?.classList.add("flash");
    if (focused && surface.contains(document.activeElement)) surface.querySelector(`[data-id="${focused}"]`)?.focus();
  };

  // Lights things up for a moment. A thing that hears again meanwhile stays lit longer.
  const flash = (ids) => {
    for (const id of ids.filter(Boolean)) {
      clearTimeout(lit.get(id));
      surface.querySelector(`[data-id="${id}"]`)?.classList.add("flash");
      lit.set(id, setTimeout(() => (lit.delete(id), surface.querySelector(`[data-id="${id}"]`)?.classList.remove("flash")), FLASH));
    }
  };

  const choose = (id) => {
    if (!id) ends = [];
    else ends = ends.length === 1 && ends[0] !== id ? [ends[0], id] : [id];
    const name = (one) => [...plan.containers, ...plan.machines].find((other) => other.id === one)?.name ?? "";
    from.value = ends[0] ? name(ends[0]) : "";
    if (ends.length === 2) to.value = name(ends[1]) + portOf(plan, ends[1]);
    else if (!id) to.value = "";
    say(line, ends.length === 2 ? `from ${from.value} to ${to.value}: now send a packet` : ends.length ? `from ${from.value}: choose where to` : "");
    draw();
  };
  const ends2 = (node) => node?.matches(".container,.guest,.host");
  surface.addEventListener("click", (event) => {
    const node = event.target.closest(".node");
    if (ends2(node)) choose(node.dataset.id);
  });
  surface.addEventListener("keydown", (event) => {
    const way = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] }[event.key];
    if (way) focused = neighbour(plan, focused, ...way) ?? focused;
    else if (event.key === "Enter" || event.key === " ") ends2(surface.querySelector(`[data-id="${focused}"]`)) && choose(focused);
    else if (event.key === "Escape") choose(null);
    else return;
    event.preventDefault();
    surface.querySelector(`[data-id="${focused}"]`)?.focus();
  });

  const hear = {
    "change:drawing": () => ((plan = arrange(model.get("drawing"))), draw()),
    "change:live": draw,
    "change:said": () => say(line, model.get("said")),
    "change:journey": () => replay.set(model.get("journey")),
    "msg:custom": (message) => message.flash && flash(message.flash),
  };
  for (const [event, act] of Object.entries(hear)) model.on(event, act);
  el.replaceChildren(root);
  replay.set(Object.keys(model.get("journey") ?? {}).length ? model.get("journey") : null);
  draw();
  const leave = [watchKernel(model, root), watched(model, root)];
  root.dataset.ready = "true";
  return () => {
    replay.stop();
    for (const act of leave) act();
    for (const [event, act] of Object.entries(hear)) model.off(event, act);
  };
}

// Which thing of the drawing a hop is at: the container, the network of the bridge that it names, or the machine.
const idOf = (plan, hop) => {
  const bridge = plan.networks.find((one) => one.bridge && one.bridge === hop.station && one.machine === hop.machine);
  if (bridge) return bridge.id;
  const container = hop.view !== "host" && plan.containers.find((one) => one.name === hop.view && one.machine === hop.machine);
  return (container || plan.machines.find((one) => one.name === place(hop) || one.name === hop.machine))?.id;
};

const portOf = (plan, id) => {
  const image = plan.containers.find((one) => one.id === id)?.image ?? "";
  return { web: ":80", postgres: ":5432" }[image] ?? "";
};

export default { render };
