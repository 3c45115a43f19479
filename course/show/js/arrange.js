// Auto-layout: networks are lines one under the other, containers hang in rows under the first one that they are on.
//
// Networks that share a container make a block. Who is on one network hangs in rows under its line; who is on several
// stands to the right of those, in a column of its own, so that its cables pass nobody. Blocks stand in columns.

import { BOX, FRAME, boxOf } from "./measures.js";
import { EMPTY } from "./plan.js";

const GAP = 30; // between two boxes of a row: room for the cables of the rows below
const LABEL = 132; // the left end of a line, where its name and its gateway stand
const DROP = 52; // from a line to the boxes under it: room for an address, aliases, and traffic
const MOST = 7; // boxes in a row
const SHAPE = 1.5; // how much wider than high a frame should be

export const arrange = (plan) => {
  let left = 20;
  const placed = new Map();
  const machines = plan.machines.map((machine) => {
    if (!machine.engine) return machine;
    const size = arrangeHost(plan, machine, left, 20, placed);
    left += size.width + 40;
    return { ...machine, x: left - size.width - 40, y: 20, ...size };
  });
  const guests = machines.filter((machine) => !machine.engine);
  const at = (one) => ({ ...one, ...placed.get(one.id) });
  return {
    ...plan,
    machines: machines.map((one) => (one.engine ? one : { ...one, x: 190 + guests.indexOf(one) * 150, y: 0, width: 100, height: 40 })),
    networks: plan.networks.map(at),
    containers: plan.containers.map(at),
  };
};

const arrangeHost = (plan, machine, left, top, placed) => {
  const blocks = blocksOf(plan, machine.name).map((block) => measured(plan, block));
  const columns = inColumns(blocks);
  let x = left + FRAME.pad;
  let bottom = top + 150;
  for (const column of columns) {
    let y = top + FRAME.title + 30;
    for (const block of column) {
      for (const [id, place] of block.placed) placed.set(id, { ...place, x: place.x + x, y: place.y + y });
      y += block.height;
    }
    x += Math.max(...column.map((block) => block.width)) + GAP + 16;
    bottom = Math.max(bottom, y - 24); // the gap to a next block is more than the frame needs
  }
  return { width: Math.max(x - left - GAP - 16 + FRAME.pad, 300), height: bottom - top };
};

// Groups of networks that share containers, each with its containers; last those that are on no network.
const blocksOf = (plan, host) => {
  const containers = plan.containers.filter((one) => one.machine === host);
  const networks = plan.networks.filter((one) => one.machine === host);
  const ends = (id) => plan.plugs.filter((plug) => plug.container === id && networks.some((one) => one.id === plug.network)).map((plug) => plug.network);
  const left = new Set(networks);
  const blocks = [];
  for (const first of networks) {
    if (!left.has(first)) continue;
    const block = { networks: [], containers: [] };
    const reach = (network) => {
      if (!left.delete(network)) return;
      block.networks.push(network);
      for (const one of containers.filter((other) => ends(other.id).includes(network.id))) {
        if (block.containers.includes(one)) continue;
        block.containers.push(one);
        for (const id of ends(one.id)) reach(networks.find((other) => other.id === id));
      }
    };
    reach(first);
    blocks.push(block);
  }
  const loose = containers.filter((one) => !ends(one.id).length);
  return loose.length ? [...blocks, { networks: [], containers: loose }] : blocks;
};

// As many columns as bring the whole nearest to a good shape; wide blocks share one.
const inColumns = (given) => {
  const blocks = [...given].sort((a, b) => b.width - a.width);
  const total = blocks.reduce((sum, block) => sum + block.height, 0);
  const tried = [1, 2, 3, 4].map((count) => {
    const columns = [[]];
    let high = 0;
    for (const block of blocks) {
      if (high + block.height / 2 > total / count && columns.length < count && columns.at(-1).length) {
        columns.push([]);
        high = 0;
      }
      columns.at(-1).push(block);
      high += block.height;
    }
    const width = columns.reduce((sum, column) => sum + Math.max(0, ...column.map((block) => block.width)), 0);
    const height = Math.max(1, ...columns.map((column) => column.reduce((sum, block) => sum + block.height, 0)));
    return { columns, off: Math.abs(Math.log(width / height / SHAPE)) };
  });
  return tried.reduce((a, b) => (b.off < a.off - 0.01 ? b : a)).columns.filter((column) => column.length);
};

// A block from its own corner at (0, 0): {placed: Map of id to place, width, height}.
const measured = (plan, block) => {
  const order = inOrder(plan, block.networks);
  const rank = new Map(order.map((network, at) => [network.id, at]));
  const reach = (one) => plan.plugs.filter((plug) => plug.container === one.id && rank.has(plug.network)).map((plug) => rank.get(plug.network)).sort((a, b) => a - b);
  const placed = new Map();
  const label = order.length ? LABEL : 0;
  const single = block.containers.filter((one) => reach(one).length < 2);
  const several = block.containers.filter((one) => reach(one).length > 1).sort((a, b) => reach(a)[0] - reach(b)[0] || reach(a).at(-1) - reach(b).at(-1));
  const groups = order.length ? order.map((network, at) => single.filter((one) => reach(one)[0] === at)) : [single];
  const right = label + Math.max(0, ...groups.map((group) => across(group.slice(0, perRow(group)))));
  const columns = columnsFor(several, reach);
  const wide = Math.max(BOX.width, ...several.map((one) => boxOf(one).width)) + GAP;
  let y = 0;
  groups.forEach((group, at) => {
    let row = order.length ? y + DROP : y;
    for (const one of several.filter((other) => reach(other)[0] === at)) placed.set(one.id, { x: right + columns.get(one.id) * wide + wide / 2, y: row + boxOf(one).height / 2 });
    const deepest = Math.max(0, ...several.filter((one) => reach(one)[0] === at).map((one) => row + boxOf(one).height + 22));
    for (const boxes of inRows(group)) {
      let x = label;
      for (const one of boxes) {
        placed.set(one.id, { x: x + boxOf(one).width / 2, y: row + boxOf(one).height / 2 });
        x += boxOf(one).width + GAP;
      }
      row += Math.max(...boxes.map((one) => boxOf(one).height)) + 22;
    }
    if (order.length) placed.set(order[at].id, { x: 0, y });
    y = Math.max(row, deepest, y + 52) + 32;
  });
  for (const network of order) placed.get(network.id).width = Math.max(label + 60, ...block.containers.filter((one) => reach(one).includes(rank.get(network.id))).map((one) => placed.get(one.id).x));
  return { placed, width: Math.max(right, ...[...placed].map(([id, place]) => place.x + (rank.has(id) ? place.width + 12 : 70))), height: y };
};

const across = (group) => group.reduce((sum, one) => sum + boxOf(one).width + GAP, 0);

const perRow = (group) => Math.min(MOST, Math.max(4, Math.ceil(Math.sqrt(group.length * 2))));

const inRows = (group) => {
  const rows = [];
  for (let at = 0; at < group.length; at += perRow(group)) rows.push(group.slice(at, at + perRow(group)));
  return rows;
};

// Networks that share containers stand next to each other: each time the one that has most in common with the last.
const inOrder = (plan, networks) => {
  const members = new Map(networks.map((one) => [one.id, new Set(plan.plugs.filter((plug) => plug.network === one.id).map((plug) => plug.container))]));
  const shared = (a, b) => [...members.get(a.id)].filter((id) => members.get(b.id).has(id)).length;
  const neighbours = (one) => networks.filter((other) => other !== one && shared(one, other)).length;
  const rest = [...networks];
  const ordered = [];
  while (rest.length) {
    const last = ordered.at(-1);
    const near = last && rest.some((one) => shared(last, one));
    const best = rest.reduce((a, b) => ((near ? shared(last, b) > shared(last, a) : neighbours(b) < neighbours(a)) ? b : a));
    ordered.push(best);
    rest.splice(rest.indexOf(best), 1);
  }
  return ordered;
};

// A column for each container on several networks; two may stand in one if the lines they reach do not overlap.
const columnsFor = (several, reach) => {
  const taken = [];
  const found = new Map();
  for (const one of several) {
    const [from, to] = [reach(one)[0], reach(one).at(-1)];
    let column = taken.findIndex((spans) => spans.every(([a, b]) => to < a || from > b));
    if (column < 0) column = taken.push([]) - 1;
    taken[column].push([from, to]);
    found.set(one.id, column);
  }
  return found;
};

// Things without a place get one: a plan from a file, or one that somebody wrote by hand.
export const withPlaces = (given) => {
  const plan = { ...EMPTY, ...given };
  const lacks = (one) => !Number.isFinite(one.x) || !Number.isFinite(one.y);
  return [...plan.machines, ...plan.networks, ...plan.containers].some(lacks) ? arrange(plan) : plan;
};
