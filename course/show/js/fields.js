// Every field of every thing: its label, how it is read from the thing and written from what is typed.

import { focusable, html, unique } from "./dom.js";
import { DRIVERS, IMAGES } from "./plan.js";

const list = { read: (value) => value.join(", "), write: (text) => text.split(/[\s,]+/).filter(Boolean) };
const pairs = {
  long: true,
  read: (given) => Object.entries(given).map((pair) => pair.join("=")).join("\n"),
  write: (text) => Object.fromEntries(text.split("\n").filter((row) => row.split("=")[0].trim()).map((row) => [row.split("=")[0].trim(), row.slice(row.indexOf("=") + 1 || row.length)])),
};
const hosts = (plan) => plan.machines.filter((machine) => machine.engine).map((machine) => [machine.name, machine.name]);
const spaces = (plan, one) => [["", "its own"], ["none", "its own, with no network"], ["host", "its host's"], ...plan.containers.filter((other) => other.id !== one.id && other.machine === one.machine && !other.shares).map((other) => [`container:${other.name}`, `that of ${other.name}`])];

// [label, name, hint, more]; `table` says that the field has a column in the table too.
export const FIELDS = {
  machines: [["Name", "name"], ["Address on the LAN", "address", "the lab gives it"]],
  networks: [
    ["Name", "name", "", { table: true }],
    ["Host", "machine", "", { table: true, choices: hosts }],
    ["Driver", "driver", "", { table: true, choices: () => DRIVERS.map((one) => [one, one]) }],
    ["Subnet", "subnet", "10.20.0.0/24; empty: the engine chooses", { table: true }],
    ["Gateway", "gateway", "the first address, if empty", { table: true }],
    ["Range to hand out", "range", "a part of the subnet"],
    ["Internal: no way out", "internal", "", { table: true, check: true }],
    ["Parent interface", "parent", "eth0", { only: (network) => ["macvlan", "ipvlan"].includes(network.driver) }],
  ],
  containers: [
    ["Name", "name", "", { table: true }],
    ["Host", "machine", "", { table: true, choices: hosts }],
    ["Image", "image", "", { table: true, suggest: IMAGES }],
    ["Published ports", "ports", "8080:80, one or more", { table: true, ...list }],
    ["Network namespace", "shares", "", { choices: spaces }],
    ["Command", "command", "what the image says, if empty", { table: true }],
    ["Environment", "environment", "NAME=value, one a line", pairs],
  ],
  plugs: [["Address", "address", "the engine's choice, if empty", { table: true }], ["Aliases", "aliases", "other names there", { table: true, ...list }]],
};

// The control of one field, and the line under it that says what is wrong.
export const field = (plan, thing, [label, name, hint = "", more = {}], edit, attributes) => {
  const value = more.read ? more.read(thing[name]) : thing[name] ?? "";
  const key = unique(name);
  const said = html("div", { id: `${key}-said`, class: "wrong-said", role: "alert" });
  const given = { id: key, name, "aria-describedby": `${key}-said`, placeholder: hint, ...focusable, ...attributes };
  const typed = (event) => edit(name, more.write ? more.write(event.target.value) : event.target.value, true);
  const pick = (event) => edit(name, more.check ? event.target.checked : event.target.value);
  let control;
  if (more.check) control = html("input", { ...given, placeholder: null, type: "checkbox", checked: Boolean(value), onchange: pick });
  else if (more.choices) control = html("select", { ...given, placeholder: null, onchange: pick }, more.choices(plan, thing).map(([one, text]) => html("option", { value: one, selected: one === value }, text)));
  else if (more.long) control = html("textarea", { ...given, rows: 2, oninput: typed, value });
  else control = html("input", { ...given, type: "text", autocomplete: "off", spellcheck: "false", oninput: typed, value, list: more.suggest ? `${key}-list` : null });
  const help = more.suggest && html("datalist", { id: `${key}-list` }, more.suggest.map((one) => html("option", { value: one })));
  const update = (problems) => {
    const text = problems.filter((one) => one.id === thing.id && one.field === name).map((one) => one.text).join(" ");
    if (said.textContent !== text) said.textContent = text;
    control.setAttribute("aria-invalid", text ? "true" : "false");
  };
  return { key, label, name, check: more.check, control, parts: [control, help, said], update };
};
