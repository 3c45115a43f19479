// The mouse, pen or finger on the sheet: choose, move, draw a cable, draw a marquee, pan and zoom.

import { svg } from "./dom.js";
import { boxOf, spanOf } from "./measures.js";
import { cannotJoin, change, find, join, move } from "./plan.js";

const SNAP = 10;

// `board` is {surface, plan(), commit(plan, merge), choose(ids), chosen(), view, redraw(), say(text), look}.
export const pointer = (board) => {
  const { surface } = board;
  let act = null;

  const at = board.at;

  surface.addEventListener("pointerdown", (event) => {
    if (event.button > 1) return;
    const dot = event.target.closest("[data-dot]");
    const node = event.target.closest(".node");
    const [x, y] = at(event);
    surface.setPointerCapture(event.pointerId);
    if (event.button === 1 || event.altKey) act = pan(event);
    else if (dot) act = cable(dot.dataset.dot, x, y);
    else if (node && !(node.classList.contains("host") && !event.target.classList.contains("title"))) act = drag(node.dataset.id, event, x, y);
    else act = marquee(event, x, y);
    event.preventDefault();
    board.focus(node?.dataset.id);
  });
  // A mouse tells more often than the screen can show: one redraw a frame, and none is lost when the button comes up.
  let last = null;
  const follow = () => {
    const event = last;
    last = null;
    if (event) act?.move(...at(event), event);
  };
  surface.addEventListener("pointermove", (event) => {
    if (!act) return;
    if (!last) requestAnimationFrame(follow);
    last = event;
  });
  const end = (event, kept) => {
    follow();
    const done = act;
    act = null;
    done?.end(...at(event), event, kept);
  };
  surface.addEventListener("pointerup", (event) => end(event, true));
  surface.addEventListener("pointercancel", (event) => end(event, false));
  surface.addEventListener("dblclick", (event) => {
    const node = event.target.closest(".node");
    if (node) board.edit(node.dataset.id);
  });
  surface.addEventListener(
    "wheel",
    (event) => {
      if (!event.ctrlKey && !event.metaKey) return; // the page scrolls
      event.preventDefault();
      board.zoom(event.deltaY < 0 ? 1.15 : 1 / 1.15, at(event));
    },
    { passive: false },
  );

  const pan = (event) => {
    const from = { x: board.view.x, y: board.view.y, at: [event.clientX, event.clientY] };
    return {
      move: (x, y, now) => {
        const scale = board.view.width / surface.getBoundingClientRect().width;
        board.lookAt({ x: from.x - (now.clientX - from.at[0]) * scale, y: from.y - (now.clientY - from.at[1]) * scale });
      },
      end: () => {},
    };
  };

  const drag = (id, event, x0, y0) => {
    const several = event.shiftKey || event.ctrlKey || event.metaKey;
    const before = board.chosen();
    if (several) board.choose(before.has(id) ? [...before].filter((one) => one !== id) : [...before, id]);
    else if (!before.has(id)) board.choose([id]);
    const start = board.plan();
    let moved = false;
    return {
      move: (x, y) => {
        if (!moved && Math.hypot(x - x0, y - y0) < 4) return;
        board.commit(move(start, board.chosen(), x - x0, y - y0, SNAP), moved, true);
        moved = true;
      },
      end: () => {
        if (moved) board.commit({ ...settled(board.plan(), board.chosen()) }, true);
        else if (!several) board.choose([id]);
      },
    };
  };

  // What is dropped in the frame of another lab host belongs there; cables across hosts are pulled out.
  const settled = (plan, ids) => {
    let next = plan;
    for (const one of [...plan.networks, ...plan.containers].filter((thing) => ids.has(thing.id))) {
      const host = plan.machines.find((machine) => machine.engine && machine.name !== one.machine && one.x > machine.x && one.x < machine.x + machine.width && one.y > machine.y && one.y < machine.y + machine.height);
      const own = plan.machines.find((machine) => machine.name === one.machine);
      const stayed = own && one.x > own.x && one.x < own.x + own.width && one.y > own.y && one.y < own.y + own.height;
      if (host && !stayed) next = change(next, one.id, { machine: host.name });
    }
    if (next === plan) return plan;
    const home = (id) => find(next, id).thing.machine;
    return { ...next, plugs: next.plugs.filter((plug) => home(plug.container) === home(plug.network)) };
  };

  const cable = (id, x0, y0) => {
    const plan = board.plan();
    const fromContainer = find(plan, id).kind === "containers";
    const pair = (other) => (fromContainer ? [id, other] : [other, id]);
    const ends = fromContainer ? plan.networks : plan.containers;
    const others = fromContainer ? plan.containers : plan.networks;
    const refused = new Set([...others.filter((one) => one.id !== id), ...ends.filter((one) => cannotJoin(plan, ...pair(one.id)))].map((one) => one.id));
    const rubber = svg("line", { x1: x0, y1: y0, x2: x0, y2: y0, stroke: "var(--ink)", "stroke-width": 2, "stroke-dasharray": "5 4", "pointer-events": "none" });
    board.look = { refused };
    board.redraw();
    board.overlay(rubber);
    let target = null;
    return {
      move: (x, y) => {
        rubber.setAttribute("x2", x);
        rubber.setAttribute("y2", y);
        const hit = under(plan, x, y, ends, board.stems());
        if (hit === target) return;
        target = hit;
        board.look = { refused, offered: target && !refused.has(target) ? target : null };
        board.say(target ? cannotJoin(plan, ...pair(target)) || "let go to connect" : "");
        board.redraw();
        board.overlay(rubber);
      },
      end: (x, y, event, kept) => {
        board.look = {};
        const made = kept && target ? join(plan, ...pair(target)) : { id: null };
        if (made.id) {
          board.commit(made.plan);
          board.choose([made.id]);
          board.say("connected");
        } else {
          board.redraw();
          if (target) board.say(`not connected: ${cannotJoin(plan, ...pair(target))}`);
        }
      },
    };
  };

  const marquee = (event, x0, y0) => {
    const keep = event.shiftKey ? board.chosen() : new Set();
    const shape = svg("rect", { fill: "none", stroke: "var(--focus)", "stroke-dasharray": "4 3" });
    board.overlay(shape);
    return {
      move: (x, y) => {
        const area = { x: Math.min(x, x0), y: Math.min(y, y0), width: Math.abs(x - x0), height: Math.abs(y - y0) };
        for (const [name, value] of Object.entries(area)) shape.setAttribute(name, value);
      },
      end: (x, y) => {
        const [left, right, top, bottom] = [Math.min(x, x0), Math.max(x, x0), Math.min(y, y0), Math.max(y, y0)];
        const isIn = (one) => one.x > left && one.x < right && one.y > top && one.y < bottom;
        const within = right - left > 3 ? [...board.plan().containers, ...board.plan().networks].filter(isIn).map((one) => one.id) : [];
        shape.remove();
        board.choose([...keep, ...within]);
      },
    };
  };
};

const under = (plan, x, y, ends, stems) => {
  for (const one of ends) {
    if ("image" in one) {
      const edge = boxOf(one);
      if (x > edge.left - 6 && x < edge.right + 6 && y > edge.top - 8 && y < edge.bottom + 6) return one.id;
    } else {
      const span = spanOf(one, stems);
      if (x > span.from - 10 && x < span.to + 24 && Math.abs(y - one.y) < 16) return one.id;
    }
  }
  return null;
};
