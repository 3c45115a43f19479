// The same plan as tables: all that the drawing can do, in rows of fields.

import { button, focusable, html } from "./dom.js";
import { DRIVERS, addContainer, addNetwork, cannotJoin, change, join, remove } from "./plan.js";

const words = (text) => text.split(/[\s,]+/).filter(Boolean);

// `now()` is the plan at the moment of an act. `act` is {commit(plan, key), edit(id, field, value)}; `key` names the field that has the focus afterwards.
export const tables = (now, act) => {
  const plan = now();
  const messages = [];
  const cell = (one, who, label, name, more = {}) => {
    const value = more.read ? more.read(one[name]) : one[name];
    const write = more.write ?? ((text) => text);
    const common = { "aria-label": `${label} of ${who}`, "data-key": `${one.id}-${name}`, ...focusable };
    const said = html("div", { class: "wrong-said" });
    messages.push([one.id, name, said]);
    if (more.check) return html("td", {}, html("input", { type: "checkbox", checked: Boolean(value), ...common, onchange: (event) => act.edit(one.id, name, event.target.checked) }), said);
    if (more.choices) return html("td", {}, html("select", { ...common, onchange: (event) => act.edit(one.id, name, event.target.value) }, more.choices.map((choice) => html("option", { value: choice, selected: choice === value }, choice))), said);
    return html("td", {}, html("input", { type: "text", value, size: more.size ?? 12, spellcheck: "false", ...common, oninput: (event) => act.edit(one.id, name, write(event.target.value), true) }), said);
  };
  const hosts = plan.machines.filter((machine) => machine.engine).map((machine) => machine.name);
  const away = (one, who) => html("td", {}, button("Remove", () => act.commit(remove(now(), [one.id])), { "aria-label": `Remove ${who}` }));
  const networks = table("Networks", ["Name", "Host", "Driver", "Subnet", "Gateway", "Internal", ""], plan.networks.map((one) => [
    cell(one, one.name, "Name", "name"), cell(one, one.name, "Host", "machine", { choices: hosts }), cell(one, one.name, "Driver", "driver", { choices: DRIVERS }), cell(one, one.name, "Subnet", "subnet", { size: 15 }), cell(one, one.name, "Gateway", "gateway"), cell(one, one.name, "Internal", "internal", { check: true }), away(one, one.name),
  ]), button("Add a network", () => { const made = addNetwork(now()); act.commit(made.plan, `${made.id}-name`); }));
  const list = { read: (value) => value.join(", "), write: words };
  const containers = table("Containers", ["Name", "Host", "Image", "Published ports", "Command", ""], plan.containers.map((one) => [
    cell(one, one.name, "Name", "name"), cell(one, one.name, "Host", "machine", { choices: hosts }), cell(one, one.name, "Image", "image"), cell(one, one.name, "Published ports", "ports", list), cell(one, one.name, "Command", "command"), away(one, one.name),
  ]), button("Add a container", () => { const made = addContainer(now()); act.commit(made.plan, `${made.id}-name`); }));
  const name = (kind, id) => plan[kind].find((one) => one.id === id).name;
  const cables = table("Cables", ["Container", "Network", "Address", "Aliases", ""], plan.plugs.map((one) => {
    const who = `${name("containers", one.container)} in ${name("networks", one.network)}`;
    return [html("th", { scope: "row" }, name("containers", one.container)), html("td", {}, name("networks", one.network)), cell(one, who, "Address", "address"), cell(one, who, "Aliases", "aliases", list), away(one, who)];
  }), connector(now, act));
  const node = html("div", { class: "tables" }, networks, containers, cables);
  return {
    node,
    update: (problems) => {
      for (const [id, field, line] of messages) line.textContent = problems.filter((one) => one.id === id && one.field === field).map((one) => one.text).join(" ");
    },
  };
};

const table = (title, heads, rows, foot) =>
  html("section", { "aria-label": title }, html("h3", {}, title), rows.length ? html("table", {}, html("thead", {}, html("tr", {}, heads.map((head) => html(head ? "th" : "td", head ? { scope: "col" } : {}, head)))), html("tbody", {}, rows.map((cells) => html("tr", {}, cells)))) : html("p", { class: "said" }, "none yet"), foot);

// Choose a container and a network, and connect them.
const connector = (now, act) => {
  const plan = now();
  if (!plan.containers.length || !plan.networks.length) return null;
  const choose = (label, things) => html("select", { "aria-label": label, "data-key": `connect-${label}`, ...focusable }, things.map((one) => html("option", { value: one.id }, one.name)));
  const [container, network] = [choose("container to connect", plan.containers), choose("network to connect it to", plan.networks)];
  const said = html("span", { class: "wrong-said", role: "alert" });
  const connect = () => {
    const why = cannotJoin(now(), container.value, network.value);
    if (why) said.textContent = `Not connected: ${why}.`;
    else act.commit(join(now(), container.value, network.value).plan, "connect-container to connect");
  };
  return html("div", { class: "row" }, "Connect ", container, " to ", network, button("Connect", connect), said);
};
