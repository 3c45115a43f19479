// The drawing of a plan: frames, lines, cables and boxes as SVG. State is a shape and a word, then a colour.

import { svg } from "./dom.js";
import { boxOf, extent, rowsOf, spanOf } from "./measures.js";
import { LINES } from "./theme.js";

export const SHEET_STYLE = `
.sheet text{fill:var(--ink);font-size:10.5px;dominant-baseline:central}
.sheet .name{font-size:12.5px;font-weight:bold}
.sheet .said{fill:var(--muted)}
.sheet .frame{fill:none;stroke:var(--ink);stroke-width:1.5}
.sheet .line{stroke-width:3;fill:none}
.sheet .grip{stroke:transparent;stroke-width:18;fill:none;cursor:move}
.sheet .stem{stroke-width:2;fill:none}
.sheet .box{stroke-width:1.6;stroke:var(--running);fill:var(--paper)}
.sheet .planned .box{stroke-dasharray:4 3}
.sheet .running .box{fill:var(--running)}
.sheet .container.running text{fill:var(--on-running)}
.sheet .paused .box{fill:var(--paused);stroke:var(--paused)}
.sheet .container.paused text{fill:var(--on-paused)}
.sheet .exited .box,.sheet .created .box{stroke:var(--muted)}
.sheet .missing .box{stroke:var(--bad);stroke-dasharray:4 3}
.sheet .wrong :is(.box,.line,.stem){stroke:var(--bad)}
.sheet .warn{fill:var(--bad);font-size:15px;font-weight:bold;text-anchor:end}
.sheet .chosen :is(.box,.frame,.stem){stroke-width:4}
.sheet .chosen .line{stroke-width:6}
.sheet .refused{opacity:.28}
.sheet .offered .line,.sheet .offered .box{stroke-width:5}
.sheet .dot{cursor:crosshair;fill:var(--paper);stroke:var(--ink);stroke-width:1.5}
.sheet .node{cursor:move}
.sheet .node:focus{outline:none}
.sheet .node:focus-visible .halo{stroke:var(--focus)}
.sheet .halo{fill:none;stroke:transparent;stroke-width:2;stroke-dasharray:2 2}
`;

export const WORD = { running: "running", paused: "paused", exited: "exited", created: "created, not started", missing: "missing", planned: "planned" };

const text = (x, y, value, more = {}) => svg("text", { x, y, ...more }, value);

// Beside the colour of what is wrong: a sign.
const warn = (marks, id, x, y) => marks[id] && text(x, y, "!", { class: "warn" });

// One node: focus, name and role for who cannot see it, and a halo that shows the focus.
const node = (id, classes, label, parts) =>
  svg("g", { class: `node ${classes}`, "data-id": id, role: "button", tabindex: -1, "aria-label": label, "data-lm-suppress-shortcuts": "true" }, parts);

// `look` is {chosen: Set, live: {states: {id: state}, traffic: {id: text}}, marks: {id: text}, refused: Set, offered: id}
export const sheet = (plan, look = {}) => {
  const size = extent(plan);
  const { chosen = new Set(), live = {}, marks = {}, refused = new Set(), offered = null } = look;
  const extra = (id) => [chosen.has(id) && "chosen", marks[id] && "wrong", refused.has(id) && "refused", offered === id && "offered"].filter(Boolean).join(" ");
  const colours = new Map(plan.networks.map((network) => [network.id, LINES[plan.networks.filter((one) => one.machine === network.machine).indexOf(network) % LINES.length]]));
  const hosts = plan.machines.filter((machine) => machine.engine);
  const root = svg("g", { class: "sheet" }, [
    plan.machines.length > 1 || plan.lan ? lan(plan, size, extra) : null,
    hosts.map((machine, at) => frame(machine, size.frames[at], size, extra, plan.machines.length > 1 || plan.lan)),
    plan.networks.map((network) => line(plan, network, size.stems, colours.get(network.id), extra, live, marks)),
    size.stems.map((stem) => cable(plan, stem, colours.get(stem.network), extra, live, marks)),
    plan.containers.map((container) => box(plan, container, extra, live, marks)),
  ]);
  return { root, size };
};

const lan = (plan, size, extra) => [
  svg("line", { x1: size.left, x2: size.right, y1: size.road, y2: size.road, stroke: "var(--ink)", "stroke-width": 5 }),
  text(size.left, size.road + 17, "LAN", { class: "name" }),
  text(size.left, size.road + 32, plan.lan),
  plan.machines.filter((machine) => !machine.engine).map((machine) => guest(machine, size, extra)),
];

const guest = (machine, size, extra) => {
  const top = size.road + 58;
  return node(machine.id, `guest ${extra(machine.id)}`, `machine ${machine.name} on the LAN${machine.address ? ` at ${machine.address}` : ""}`, [
    svg("line", { x1: machine.x, x2: machine.x, y1: size.road, y2: top, stroke: "var(--ink)", "stroke-width": 1.5 }),
    svg("circle", { cx: machine.x, cy: size.road, r: 4, fill: "var(--ink)" }),
    text(machine.x + 7, size.road + 14, machine.address),
    svg("rect", { class: "frame", x: machine.x - 50, y: top, width: 100, height: 36, style: "fill:var(--paper)" }),
    svg("rect", { class: "halo", x: machine.x - 55, y: top - 5, width: 110, height: 46 }),
    text(machine.x, top + 18, machine.name, { class: "name", "text-anchor": "middle" }),
  ]);
};

const frame = (machine, edge, size, extra, road) =>
  node(machine.id, `host ${extra(machine.id)}`, `lab host ${machine.name}`, [
    svg("rect", { class: "frame", x: edge.left, y: edge.top, width: edge.right - edge.left, height: edge.bottom - edge.top }),
    svg("rect", { class: "halo", x: edge.left - 4, y: edge.top - 4, width: edge.right - edge.left + 8, height: edge.bottom - edge.top + 8 }),
    svg("rect", { class: "title", x: edge.left, y: edge.top, width: edge.right - edge.left, height: 30, fill: "transparent" }),
    text(edge.left + 14, edge.top + 17, machine.name, { class: "name" }),
    text(edge.left + 24 + machine.name.length * 8, edge.top + 17, "lab host", { class: "said" }),
    road && [
      svg("line", { x1: edge.left + 30, x2: edge.left + 30, y1: edge.bottom, y2: size.road, stroke: "var(--ink)", "stroke-width": 1.5 }),
      svg("circle", { cx: edge.left + 30, cy: size.road, r: 4, fill: "var(--ink)" }),
      text(edge.left + 37, size.road - 12, machine.address),
    ],
  ]);

const line = (plan, network, stems, colour, extra, live, marks) => {
  const span = spanOf(network, stems);
  const remark = [network.driver, network.internal && "internal"].filter(Boolean).join(" · ");
  const state = live.states?.[network.id] ?? "planned";
  const count = plan.plugs.filter((plug) => plug.network === network.id).length;
  const label = `network ${network.name}, ${remark}${network.subnet ? `, ${network.subnet}` : ""}, ${count === 1 ? "one container" : `${count} containers`}, ${WORD[state] ?? state}${marks[network.id] ? `, ${marks[network.id]}` : ""}`;
  const y = network.y;
  return node(network.id, `network ${state} ${extra(network.id)}`, label, [
    svg("line", { class: "grip", x1: span.from, x2: span.to + 12, y1: y, y2: y }),
    svg("line", { class: "line", x1: span.from, x2: span.to + 12, y1: y, y2: y, stroke: colour, "stroke-dasharray": state === "planned" || state === "missing" ? "7 4" : false }),
    svg("rect", { class: "halo", x: span.from - 4, y: y - 24, width: span.to - span.from + 20, height: 46 }),
    warn(marks, network.id, span.from - 6, y),
    text(span.from, y - 12, network.name, { class: "name" }),
    text(span.from + network.name.length * 8.2 + 8, y - 12, remark + (state === "missing" ? " · missing" : ""), { class: "said" }),
    text(span.from, y + 13, network.subnet || "no fixed subnet", network.subnet ? {} : { class: "said" }),
    network.gateway && text(span.from, y + 27, `gateway ${network.gateway}`, { class: "said" }),
    live.traffic?.[network.id] && text(span.to + 8, y - 12, live.traffic[network.id], { class: "said", "text-anchor": "end" }),
    svg("circle", { class: "dot", "data-dot": network.id, cx: span.to + 12, cy: y, r: 5 }),
  ]);
};

const cable = (plan, stem, colour, extra, live, marks) => {
  const plug = plan.plugs.find((one) => one.id === stem.id);
  const state = live.states?.[plug.id] ?? "planned";
  const told = [live.addresses?.[plug.id] || plug.address, ...(plug.aliases.length ? [`as ${plug.aliases.join(", ")}`] : []), live.traffic?.[plug.id]].filter(Boolean);
  const [x, top, step] = stem.label;
  const y = stem.points[0][1];
  const up = y <= stem.points[1][1];
  const container = plan.containers.find((one) => one.id === stem.container);
  const network = plan.networks.find((one) => one.id === stem.network);
  const label = `cable of ${container.name} in ${network.name}${told.length ? `, ${told.join(", ")}` : ""}, ${state === "missing" ? "pulled out" : WORD[state] ?? state}${marks[plug.id] ? `, ${marks[plug.id]}` : ""}`;
  const way = stem.points.map((point) => point.join(",")).join(" ");
  return node(plug.id, `plug ${state} ${extra(plug.id)}`, label, [
    svg("polyline", { class: "grip", points: way, style: "stroke-width:10;cursor:pointer" }),
    svg("polyline", { class: "halo", points: way, style: "stroke-width:8" }),
    svg("polyline", { class: "stem", points: way, stroke: state === "missing" ? "var(--bad)" : colour, "stroke-dasharray": ["running", "paused", "exited"].includes(state) ? false : "4 3" }),
    state === "missing"
      ? svg("path", { d: `M${stem.x - 5} ${y + (up ? 7 : -17)}l10 10m0 -10l-10 10`, stroke: "var(--bad)", "stroke-width": 2 })
      : svg("circle", { cx: stem.x, cy: y, r: 4, fill: colour }),
    warn(marks, plug.id, stem.x - 5, (y + stem.points[1][1]) / 2),
    told.map((row, at) => text(x, top + 12 * step * (step > 0 ? at : told.length - 1 - at), row, at ? { class: "said" } : {})),
  ]);
};

const box = (plan, container, extra, live, marks) => {
  const edge = boxOf(container);
  const state = live.states?.[container.id] ?? "planned";
  const on = plan.plugs.filter((plug) => plug.container === container.id).map((plug) => plan.networks.find((one) => one.id === plug.network)?.name);
  const label = `container ${container.name}, ${WORD[state] ?? state}, ${rowsOf(container).join(", ")}, ${on.length ? `on ${on.join(" and ")}` : "on no network"}${marks[container.id] ? `, ${marks[container.id]}` : ""}`;
  const middle = { "text-anchor": "middle" };
  const word = state === "planned" || state === "running" ? "" : WORD[state];
  return node(container.id, `container ${state} ${extra(container.id)}`, label, [
    svg("rect", { class: "halo", x: edge.left - 5, y: edge.top - 5, width: edge.width + 10, height: edge.height + 10 }),
    svg("rect", { class: "box", x: edge.left, y: edge.top, width: edge.width, height: edge.height }),
    warn(marks, container.id, edge.right - 6, edge.top + 14),
    text(container.x, edge.top + 16, container.name, { class: "name", ...middle }),
    state === "missing" && svg("line", { x1: container.x - container.name.length * 4.4, x2: container.x + container.name.length * 4.4, y1: edge.top + 16, y2: edge.top + 16, stroke: "var(--bad)", "stroke-width": 2 }),
    rowsOf(container).map((row, at) => text(container.x, edge.top + 32 + 14 * at, at || !word ? row : `${row} · ${word}`, middle)),
    svg("circle", { class: "dot", "data-dot": container.id, cx: container.x, cy: edge.top, r: 5 }),
  ]);
};
