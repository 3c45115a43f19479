// The form of what is chosen, judged while one types.

import { focusable, html, unique } from "./dom.js";
import { FIELDS, field } from "./fields.js";
import { cannotJoin, find, join, remove } from "./plan.js";

const TITLES = { machines: "Machine", networks: "Network", containers: "Container", plugs: "Cable" };

// `now()` is the plan at the moment of an act: fields are typed into without the form being made again.
// `edit(field, value, merge)` changes the thing. Returns {node, id, update(problems), first()}.
export const form = (now, id, { edit, commit, choose }) => {
  const plan = now();
  const { kind, thing } = find(plan, id);
  const made = FIELDS[kind].filter(([, , , more]) => !more?.only || more.only(thing)).map((spec) => field(plan, thing, spec, edit));
  const title = kind === "plugs" ? `Cable: ${nameOf(plan, thing.container)} in ${nameOf(plan, thing.network)}` : TITLES[kind];
  const ends = { containers: "networks", networks: "containers" }[kind];
  const node = html("form", { class: "form", "aria-label": `${title} ${thing.name ?? ""}`.trim(), onsubmit: (event) => event.preventDefault() }, [
    html("h3", {}, title),
    made.map(({ key, label, check, parts: [control, ...rest] }) => html("div", { class: check ? "field check" : "field" }, check ? [control, html("label", { for: key }, label)] : [html("label", { for: key }, label), control], rest)),
    ends && cables(now, thing, ends, commit, choose),
  ]);
  return { node, id, first: () => made[0].control, update: (problems) => made.forEach((one) => one.update(problems)) };
};

const nameOf = (plan, id) => find(plan, id).thing.name;

// Where it is plugged in: a box to tick for each possible end; those that cannot be say why.
const cables = (now, thing, kind, commit, choose) => {
  const plan = now();
  const ends = plan[kind].filter((one) => one.machine === thing.machine);
  if (!ends.length) return html("p", { class: "said" }, `There is no ${kind.slice(0, -1)} on this host yet.`);
  return html("fieldset", {}, html("legend", {}, kind === "networks" ? "Plugged into" : "Containers on it"), ends.map((end) => {
    const [container, network] = kind === "networks" ? [thing.id, end.id] : [end.id, thing.id];
    const plug = plan.plugs.find((one) => one.container === container && one.network === network);
    const why = plug ? "" : cannotJoin(plan, container, network);
    const key = unique("plug");
    const toggled = (event) => commit(event.target.checked ? join(now(), container, network).plan : remove(now(), [plug.id]), `[name="${CSS.escape(end.name)}"]`);
    const edit = plug && html("button", { type: "button", class: "small", onclick: () => choose([plug.id], true), ...focusable, "aria-label": `Address and aliases of the cable to ${end.name}` }, plug.address || "address…");
    return html("div", { class: "field check" }, html("input", { id: key, name: end.name, type: "checkbox", checked: Boolean(plug), disabled: Boolean(why), onchange: toggled, ...focusable }), html("label", { for: key }, end.name, why && html("span", { class: "said" }, ` (${why})`)), edit);
  }));
};
