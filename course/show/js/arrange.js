// Auto-layout: networks are lines one under the other, containers hang in columns under the first one that they are on.
//
// Who is on one network only hangs in rows under its line. Who is on several stands to the right of those, in a column
// of its own, so that its cables pass nobody.

import { BOX, FRAME, boxOf } from "./measures.js";

const GAP = 30; // between two boxes of a row: room for the cables of the rows below
const LABEL = 130; // the left end of a line, where its name stands
const DROP = 40; // from a line to the boxes under it
const MOST = 7; // boxes in a row

export const arrange = (plan) => {
  let left = 20;
  let next = plan;
  for (const machine of plan.machines.filter((one) => one.engine)) {
    const made = ofMachine(next, machine, left, 20);
    next = made.plan;
    left = made.right + 40;
  }
  const guests = plan.machines.filter((one) => !one.engine);
  const machines = next.machines.map((one) => (one.engine ? one : { ...one, x: 110 + guests.indexOf(plan.machines.find((old) => old.name === one.name)) * 150, y: 0, width: 100, height: 40 }));
  return { ...next, machines };
};

const ofMachine = (plan, machine, left, top) => {
  const networks = inOrder(plan, plan.networks.filter((network) => network.machine === machine.name));
  const placed = new Map();
  const lines = new Map();
  const rank = new Map(networks.map((network, at) => [network.id, at]));
  const mine = plan.containers.filter((container) => container.machine === machine.name);
  const on = new Map(mine.map((one) => [one.id, plan.plugs.filter((plug) => plug.container === one.id && rank.has(plug.network)).map((plug) => rank.get(plug.network)).sort((a, b) => a - b)]));
  const single = networks.map((network, at) => mine.filter((one) => on.get(one.id).length === 1 && on.get(one.id)[0] === at));
  const several = mine.filter((one) => on.get(one.id).length > 1).sort((a, b) => on.get(a.id)[0] - on.get(b.id)[0] || on.get(a.id).at(-1) - on.get(b.id).at(-1));
  const loose = mine.filter((one) => !on.get(one.id).length);
  const start = left + FRAME.pad + LABEL;
  const widest = Math.max(0, ...single.map((group) => across(group.slice(0, perRow(group)))), several.length || loose.length ? 0 : 160);
  const columns = columnsFor(several, on);
  let y = top + FRAME.title + 34;
  const tops = [];
  networks.forEach((network, at) => {
    lines.set(network.id, y);
    const here = several.filter((one) => on.get(one.id)[0] === at);
    let row = y + DROP;
    for (const group of inRows(single[at])) {
      let x = start;
      const tall = Math.max(...group.map((one) => boxOf(one).height));
      for (const one of group) {
        placed.set(one.id, [x + boxOf(one).width / 2, row + boxOf(one).height / 2]);
        x += boxOf(one).width + GAP;
      }
      row += tall + 22;
    }
    tops.push(y + DROP);
    const tall = Math.max(0, ...here.map((one) => boxOf(one).height));
    y = Math.max(row, here.length ? y + DROP + tall + 22 : row, y + 64) + 40;
  });
  let right = start + widest;
  const wide = Math.max(BOX.width, ...several.map((one) => boxOf(one).width)) + GAP;
  for (const one of several) {
    const x = start + widest + columns.get(one.id) * wide + wide / 2;
    placed.set(one.id, [x, tops[on.get(one.id)[0]] + boxOf(one).height / 2]);
    right = Math.max(right, x + boxOf(one).width / 2);
  }
  for (const group of inRows(loose)) {
    let x = left + FRAME.pad + (networks.length ? LABEL : 0);
    for (const one of group) {
      placed.set(one.id, [x + boxOf(one).width / 2, y + boxOf(one).height / 2 - 10]);
      x += boxOf(one).width + GAP;
    }
    right = Math.max(right, x - GAP);
    y += Math.max(...group.map((one) => boxOf(one).height)) + 22;
  }
  const width = Math.max(right - left + FRAME.pad, 300);
  const height = Math.max(y - top - 6, 150);
  const next = {
    ...plan,
    machines: plan.machines.map((one) => (one.name === machine.name ? { ...one, x: left, y: top, width, height } : one)),
    networks: plan.networks.map((one) => (lines.has(one.id) ? { ...one, x: left + FRAME.pad, y: lines.get(one.id), width: Math.max(LABEL, lineEnd(plan, one, placed, start) - left - FRAME.pad) } : one)),
    containers: plan.containers.map((one) => (placed.has(one.id) ? { ...one, x: placed.get(one.id)[0], y: placed.get(one.id)[1] } : one)),
  };
  return { plan: next, right: left + width };
};

const across = (group) => group.reduce((sum, one) => sum + boxOf(one).width + GAP, 0);

const perRow = (group) => Math.min(MOST, Math.max(4, Math.ceil(Math.sqrt(group.length * 2))));

const inRows = (group) => {
  const rows = [];
  for (let at = 0; at < group.length; at += perRow(group)) rows.push(group.slice(at, at + perRow(group)));
  return rows;
};

const lineEnd = (plan, network, placed, start) =>
  Math.max(start + 40, ...plan.plugs.filter((plug) => plug.network === network.id && placed.has(plug.container)).map((plug) => placed.get(plug.container)[0]));

// Networks that share containers stand next to each other: each time the one that has most in common with the last.
const inOrder = (plan, networks) => {
  const members = new Map(networks.map((one) => [one.id, new Set(plan.plugs.filter((plug) => plug.network === one.id).map((plug) => plug.container))]));
  const shared = (a, b) => [...members.get(a.id)].filter((id) => members.get(b.id).has(id)).length;
  const neighbours = (one) => networks.filter((other) => other !== one && shared(one, other)).length;
  const rest = [...networks];
  const ordered = [];
  while (rest.length) {
    const last = ordered.at(-1);
    const best = last && rest.some((one) => shared(last, one)) ? rest.reduce((a, b) => (shared(last, b) > shared(last, a) ? b : a)) : rest.reduce((a, b) => (neighbours(b) < neighbours(a) ? b : a));
    ordered.push(best);
    rest.splice(rest.indexOf(best), 1);
  }
  return ordered;
};

// A column for each container on several networks; two may stand in one if the lines they reach do not overlap.
const columnsFor = (several, on) => {
  const taken = [];
  const found = new Map();
  for (const one of several) {
    const [from, to] = [on.get(one.id)[0], on.get(one.id).at(-1)];
    let column = taken.findIndex((spans) => spans.every(([a, b]) => to < a || from > b));
    if (column < 0) column = taken.push([]) - 1;
    taken[column].push([from, to]);
    found.set(one.id, column);
  }
  return found;
};
