// What can be added, by click and by drag, and the other buttons above the drawing.

import { freeSubnet } from "./addresses.js";
import { button, focusable, html } from "./dom.js";
import { extent } from "./measures.js";
import { DRIVERS, IMAGES, addContainer, addMachine, addNetwork, find } from "./plan.js";
import { hostAt, room } from "./room.js";

const WIDE = 420; // a new network's line: two or three boxes hang from it

// A plan with one thing more, where it was dropped (`given.at`), or where there is room on the host that is worked at.
export const added = (plan, kind, { at, ...given }, focused) => {
  if (kind === "host") return addMachine(plan, true, { x: extent(plan).right + 40, y: 20, ...given });
  if (kind === "machine") return addMachine(plan, false, { x: 190 + 150 * plan.machines.filter((one) => !one.engine).length, y: 0, ...given });
  const worked = find(plan, focused)?.thing;
  const name = worked?.engine ? worked.name : worked?.machine;
  const hosts = plan.machines.filter((machine) => machine.engine);
  const host = (at && hostAt(plan, ...at)) ?? hosts.find((one) => one.name === name) ?? hosts[0];
  const put = { ...(host && { machine: host.name }), ...given };
  if (kind === "network") {
    const line = { width: WIDE, subnet: freeSubnet(plan.networks.map((one) => one.subnet)), ...put };
    return addNetwork(plan, { ...(at ? { x: at[0] - 40, y: at[1] } : host && room(plan, host, kind, line)), ...line });
  }
  const box = { image: "toolbox", ...put };
  return addContainer(plan, { ...(at ? { x: at[0], y: at[1] } : host && room(plan, host, kind, box)), ...box });
};

export const palette = (bar, board) => {
  const tool = (label, kind, given, title) => {
    const made = button(label, () => board.add(kind, given), { title, class: "tool" });
    made.addEventListener("pointerdown", (event) => carry(board, event, kind, given, label));
    return made;
  };
  const pick = (label, choices, act) => {
    const made = html("select", { "aria-label": label, class: "tool-pick", ...focusable, onchange: (event) => { act(event.target.value); event.target.value = ""; } }, html("option", { value: "" }, label), choices.map((one) => html("option", { value: one }, one)));
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
    act("Undo", "undo", board.undo, "undo: Ctrl Z"),
    act("Redo", "redo", board.redo, "redo: Ctrl Shift Z"),
    act("Arrange", "arrange", board.arrange, "arrange everything: l"),
    act("−", "smaller", () => board.zoom(1 / 1.2), "smaller"),
    act("+", "larger", () => board.zoom(1.2), "larger"),
    act("All", "fit", board.fit, "show all: 0"),
  );
};

// A tool that is dragged on to the sheet makes its thing there; let go elsewhere, nothing happens.
const carry = (board, event, kind, given, label) => {
  const [x, y] = [event.clientX, event.clientY];
  let ghost = null;
  const move = (now) => {
    if (!ghost && Math.hypot(now.clientX - x, now.clientY - y) < 6) return;
    ghost ??= document.body.appendChild(html("div", { class: "course-ghost", style: "position:fixed;z-index:9999;pointer-events:none;border:1px dashed;padding:6px 12px;background:Canvas;color:CanvasText;font:12px sans-serif" }, label));
    ghost.style.left = `${now.clientX + 4}px`;
    ghost.style.top = `${now.clientY + 4}px`;
  };
  const end = (now) => {
    removeEventListener("pointermove", move);
    removeEventListener("pointerup", end);
    removeEventListener("pointercancel", end);
    if (!ghost) return;
    ghost.remove();
    const edge = board.surface.getBoundingClientRect();
    const inside = now.type === "pointerup" && now.clientX > edge.left && now.clientX < edge.right && now.clientY > edge.top && now.clientY < edge.bottom;
    if (inside) board.add(kind, { ...given, at: board.at(now).map((value) => Math.round(value / 10) * 10) });
  };
  addEventListener("pointermove", move);
  addEventListener("pointerup", end);
  addEventListener("pointercancel", end);
};
