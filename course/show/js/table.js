// The same plan as tables: all that the drawing can do, in rows of fields.

import { button, focusable, html } from "./dom.js";
import { FIELDS, field } from "./fields.js";
import { addContainer, addNetwork, cannotJoin, find, join, remove } from "./plan.js";

// `now()` is the plan at the moment of an act. `act` is {commit(plan, key), edit(id, field, value, merge)}; `key` names
// the field that has the focus afterwards.
export const tables = (now, act) => {
  const plan = now();
  const made = [];
  const name = (id) => find(plan, id).thing.name;
  const row = (kind, one, who, heads = []) => {
    const cells = columns(kind).map((spec) => {
      const cell = field(plan, one, spec, (...change) => act.edit(one.id, ...change), { "aria-label": `${short(spec[0])} of ${who}`, "data-key": `${one.id}-${spec[1]}`, placeholder: null });
      made.push(cell);
      return html("td", {}, cell.parts);
    });
    return html("tr", {}, heads.map((text) => html("td", {}, text)), cells, html("td", {}, button("Remove", () => act.commit(remove(now(), [one.id])), { "aria-label": `Remove ${who}` })));
  };
  const add = (label, adder) => button(label, () => ((one) => act.commit(one.plan, `${one.id}-name`))(adder(now())));
  const node = html("div", { class: "tables" }, [
    table("Networks", "networks", [], plan.networks.map((one) => row("networks", one, one.name)), add("Add a network", addNetwork)),
    table("Containers", "containers", [], plan.containers.map((one) => row("containers", one, one.name)), add("Add a container", addContainer)),
    table("Cables", "plugs", ["Container", "Network"], plan.plugs.map((one) => row("plugs", one, `${name(one.container)} in ${name(one.network)}`, [name(one.container), name(one.network)])), connector(now, act)),
  ]);
  return { node, update: (problems) => made.forEach((one) => one.update(problems)) };
};

const short = (label) => label.split(":")[0];
const columns = (kind) => FIELDS[kind].filter(([, , , more]) => more?.table);

const table = (title, kind, heads, rows, foot) => {
  const names = [...heads, ...columns(kind).map(([label]) => short(label))];
  const head = html("thead", {}, html("tr", {}, names.map((one) => html("th", { scope: "col" }, one)), html("td")));
  return html("section", { "aria-label": title }, html("h3", {}, title), rows.length ? html("table", {}, head, html("tbody", {}, rows)) : html("p", { class: "said" }, "none yet"), foot);
};

// Choose a container and a network, and connect them.
const connector = (now, act) => {
  const plan = now();
  if (!plan.containers.length || !plan.networks.length) return null;
  const choose = (label, things) => html("select", { "aria-label": label, "data-key": label, ...focusable }, things.map((one) => html("option", { value: one.id }, one.name)));
  const [container, network] = [choose("container to connect", plan.containers), choose("network to connect it to", plan.networks)];
  const said = html("span", { class: "wrong-said", role: "alert" });
  const connect = () => {
    const why = cannotJoin(now(), container.value, network.value);
    if (why) said.textContent = `Not connected: ${why}.`;
    else act.commit(join(now(), container.value, network.value).plan, "container to connect");
  };
  return html("div", { class: "row" }, "Connect ", container, " to ", network, button("Connect", connect), said);
};
