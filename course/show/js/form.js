// The form of what is chosen: every field with its label, judged while one types.

import { focusable, html, unique } from "./dom.js";
import { DRIVERS, IMAGES, cannotJoin, find, join, remove } from "./plan.js";

const words = (text) => text.split(/[\s,]+/).filter(Boolean);
const pairs = (text) => Object.fromEntries(text.split("\n").map((row) => row.split("=")).filter(([name]) => name.trim()).map(([name, ...rest]) => [name.trim(), rest.join("=")]));

// label, field, hint, how it is read from the thing and written from the text
const FIELDS = {
  machines: [["Name", "name"], ["Address on the LAN", "address", "the lab gives it"]],
  networks: [
    ["Name", "name"],
    ["Driver", "driver", "", { choices: DRIVERS }],
    ["Subnet", "subnet", "10.20.0.0/24; empty: the engine chooses"],
    ["Gateway", "gateway", "the first address, if empty"],
    ["Range to hand out", "range", "a part of the subnet"],
    ["Internal: no way out", "internal", "", { check: true }],
    ["Parent interface", "parent", "eth0", { only: (network) => ["macvlan", "ipvlan"].includes(network.driver) }],
  ],
  containers: [
    ["Name", "name"],
    ["Image", "image", "", { suggest: IMAGES }],
    ["Published ports", "ports", "8080:80, one or more", { read: (ports) => ports.join(", "), write: words }],
    ["Network namespace", "shares", "", { choices: (plan, one) => [["", "its own"], ["none", "its own, with no network"], ["host", "its host's"], ...plan.containers.filter((other) => other.id !== one.id && other.machine === one.machine && !other.shares).map((other) => [`container:${other.name}`, `that of ${other.name}`])] }],
    ["Command", "command", "what the image says, if empty"],
    ["Environment", "environment", "NAME=value, one a line", { read: (given) => Object.entries(given).map((pair) => pair.join("=")).join("\n"), write: pairs, long: true }],
  ],
  plugs: [
    ["Address", "address", "the engine's choice, if empty"],
    ["Aliases", "aliases", "other names there", { read: (aliases) => aliases.join(", "), write: words }],
  ],
};

const TITLES = { machines: "Machine", networks: "Network", containers: "Container", plugs: "Cable" };

// `edit(field, value, merge)` changes the thing. Returns {node, id, update(problems), first()}.
// `now()` is the plan at the moment of an act: fields are typed into without the form being made again.
export const form = (now, id, { edit, commit, choose }) => {
  const plan = now();
  const found = find(plan, id);
  const messages = new Map();
  const controls = new Map();
  const rows = FIELDS[found.kind].filter(([, , , more]) => !more?.only || more.only(found.thing)).map((row) => field(plan, found.thing, row, { edit, messages, controls }));
  const title = found.kind === "plugs" ? `${plan.containers.find((one) => one.id === found.thing.container).name} in ${plan.networks.find((one) => one.id === found.thing.network).name}` : found.thing.name;
  const node = html("form", { class: "form", "aria-label": `${TITLES[found.kind]} ${title}`, onsubmit: (event) => event.preventDefault() }, [
    html("h3", {}, TITLES[found.kind] === "Cable" ? `Cable: ${title}` : TITLES[found.kind]),
    rows,
    found.kind === "containers" && cables(now, found.thing, "networks", commit, choose),
    found.kind === "networks" && cables(now, found.thing, "containers", commit, choose),
  ]);
  return {
    node,
    id,
    first: () => controls.get(found.kind === "plugs" ? "address" : "name"),
    update: (problems) => {
      for (const [name, line] of messages) {
        const text = problems.filter((problem) => problem.id === id && problem.field === name).map((problem) => problem.text).join(" ");
        if (line.textContent !== text) line.textContent = text;
        controls.get(name).setAttribute("aria-invalid", text ? "true" : "false");
      }
    },
  };
};

const field = (plan, thing, [label, name, hint = "", more = {}], { edit, messages, controls }) => {
  const key = unique(name);
  const value = more.read ? more.read(thing[name]) : thing[name];
  const given = { id: key, name, "aria-describedby": `${key}-said`, ...focusable };
  const typed = (event) => edit(name, more.write ? more.write(event.target.value) : event.target.value, true);
  let control;
  if (more.check) control = html("input", { ...given, type: "checkbox", checked: Boolean(thing[name]), onchange: (event) => edit(name, event.target.checked) });
  else if (more.choices) {
    const choices = typeof more.choices === "function" ? more.choices(plan, thing) : more.choices.map((one) => [one, one]);
    control = html("select", { ...given, onchange: (event) => edit(name, event.target.value) }, choices.map(([key, text]) => html("option", { value: key, selected: key === value }, text)));
  } else if (more.long) control = html("textarea", { ...given, rows: 2, placeholder: hint, oninput: typed, value });
  else control = html("input", { ...given, type: "text", autocomplete: "off", spellcheck: "false", placeholder: hint, oninput: typed, value, list: more.suggest ? `${key}-list` : null });
  const said = html("div", { id: `${key}-said`, class: "wrong-said", role: "alert" });
  messages.set(name, said);
  controls.set(name, control);
  const suggestions = more.suggest && html("datalist", { id: `${key}-list` }, more.suggest.map((one) => html("option", { value: one })));
  return html("div", { class: more.check ? "field check" : "field" }, more.check ? [control, html("label", { for: key }, label)] : [html("label", { for: key }, label), control], suggestions, said);
};

// Where it is plugged in: a box to tick for each possible end; those that cannot be say why.
const cables = (now, thing, kind, commit, choose) => {
  const plan = now();
  const ends = plan[kind].filter((one) => one.machine === thing.machine);
  if (!ends.length) return html("p", { class: "said" }, kind === "networks" ? "There is no network on this host yet." : "There is no container on this host yet.");
  const pair = (other) => (kind === "networks" ? [thing.id, other] : [other, thing.id]);
  return html("fieldset", {}, html("legend", {}, kind === "networks" ? "Plugged into" : "Containers on it"), ends.map((end) => {
    const [container, network] = pair(end.id);
    const plug = plan.plugs.find((one) => one.container === container && one.network === network);
    const why = plug ? "" : cannotJoin(plan, container, network);
    const key = unique("plug");
    const toggled = (event) => commit(event.target.checked ? join(now(), container, network).plan : remove(now(), [plug.id]), `[name="${CSS.escape(end.name)}"]`);
    return html("div", { class: "field check" }, html("input", { id: key, name: end.name, type: "checkbox", checked: Boolean(plug), disabled: Boolean(why), onchange: toggled, ...focusable }), html("label", { for: key, title: why }, end.name, why && html("span", { class: "said" }, ` (${why})`)), plug && html("button", { type: "button", class: "small", onclick: () => choose([plug.id], true), ...focusable, "aria-label": `Address and aliases of the cable to ${end.name}` }, plug.address || "address…"));
  }));
};
