// How large things are on the sheet, in its pixels, and where a cable runs.

export const BOX = { width: 116, row: 14, pad: 8, name: 18 };
export const LETTER = 6.4; // an average letter of 10.5 px
export const FRAME = { pad: 22, title: 34 };

export const portsText = (container) => container.ports.map((port) => port.replace(/^0\.0\.0\.0:/, "").replace(/:(?=[^:]*$)/, "→"));

// The lines under a container's name.
export const rowsOf = (container) => {
  const shares = { host: "network of its host", none: "no network" }[container.shares];
  const shared = shares ?? (container.shares ? `network of ${container.shares.slice(10)}` : "");
  return [container.image, ...(shared ? [shared] : []), ...portsText(container)].filter(Boolean);
};

export const boxOf = (container) => {
  const rows = rowsOf(container);
  const longest = Math.max(container.name.length * 1.25, ...rows.map((row) => row.length));
  const width = Math.max(BOX.width, Math.min(220, longest * LETTER + 2 * BOX.pad));
  const height = BOX.name + rows.length * BOX.row + 2 * BOX.pad;
  return { left: container.x - width / 2, right: container.x + width / 2, top: container.y - height / 2, bottom: container.y + height / 2, width, height };
};

// How far a network's line reaches: as far as it was drawn, and on to every cable.
export const spanOf = (network, stems) => {
  const ends = stems.filter((stem) => stem.network === network.id).map((stem) => stem.x);
  return { from: Math.min(network.x, ...ends), to: Math.max(network.x + network.width, ...ends) };
};

// Every cable with its way from the network's line to the container's box:
// [{id, network, container, x, points: [[x, y]…], label: [x, y, way]}]; `x` is where it meets the line, a label's rows
// go down from its first (way 1) or up (-1).
export const stemsOf = (plan) => {
  const networks = new Map(plan.networks.map((network) => [network.id, network]));
  const boxes = new Map(plan.containers.map((container) => [container.id, boxOf(container)]));
  return plan.containers.flatMap((container) => {
    const mine = plan.plugs.filter((plug) => plug.container === container.id && networks.has(plug.network));
    const above = mine.filter((plug) => networks.get(plug.network).y <= container.y);
    const below = mine.filter((plug) => networks.get(plug.network).y > container.y);
    const run = (plugs, up) =>
      plugs.map((plug, at) => stem(plug, networks.get(plug.network), boxes.get(container.id), at, plugs.length, up, boxes));
    return [...run(above, true), ...run(below, false)];
  });
};

const stem = (plug, network, box, at, count, up, boxes) => {
  const x = box.left + (box.width * (at + 1)) / (count + 1);
  const edge = up ? box.top : box.bottom;
  const straight = { id: plug.id, network: network.id, container: plug.container, x, points: [[x, network.y], [x, edge]] };
  const free = (way) => [...boxes].every(([id, other]) => id === plug.container || way < other.left - 4 || way > other.right + 4 || Math.max(network.y, edge) <= other.top || Math.min(network.y, edge) >= other.bottom);
  // above a line, a label stands by the box: the line's own words stand on its left end
  if (free(x)) return { ...straight, label: up ? [x + 6, network.y + 14, 1] : [x + 6, edge + 12, 1] };
  const middle = (box.top + box.bottom) / 2;
  for (const [way, side] of [[box.left - 11, box.left], [box.right + 11, box.right]])
    if (free(way)) return { ...straight, x: way, points: [[way, network.y], [way, middle], [side, middle]], label: [way + 5, network.y + (up ? 12 : -12), up ? 1 : -1] };
  return { ...straight, label: [x + 6, network.y + (up ? 12 : -12), up ? 1 : -1] };
};

// The frame of a lab host: as it was drawn, and around all that is on it.
export const frameOf = (plan, machine, stems) => {
  const boxes = plan.containers.filter((container) => container.machine === machine.name).map(boxOf);
  const lines = plan.networks.filter((network) => network.machine === machine.name).map((network) => ({ network, ...spanOf(network, stems) }));
  const lefts = [machine.x, ...boxes.map((box) => box.left - FRAME.pad), ...lines.map((line) => line.from - FRAME.pad)];
  const tops = [machine.y, ...boxes.map((box) => box.top - FRAME.title - 8), ...lines.map((line) => line.network.y - FRAME.title - 26)];
  const rights = [machine.x + machine.width, ...boxes.map((box) => box.right + FRAME.pad), ...lines.map((line) => line.to + FRAME.pad)];
  const bottoms = [machine.y + machine.height, ...boxes.map((box) => box.bottom + FRAME.pad), ...lines.map((line) => line.network.y + 36)];
  const [left, top] = [Math.min(...lefts), Math.min(...tops)];
  return { left, top, right: Math.max(...rights), bottom: Math.max(...bottoms) };
};

// All of the sheet that has something on it.
export const extent = (plan) => {
  const stems = stemsOf(plan);
  const frames = plan.machines.filter((machine) => machine.engine).map((machine) => frameOf(plan, machine, stems));
  const bottom = Math.max(0, ...frames.map((frame) => frame.bottom));
  const guests = plan.machines.filter((machine) => !machine.engine);
  const under = guests.length ? 170 : plan.lan || frames.length > 1 ? 90 : 20;
  return {
    frames,
    stems,
    road: bottom + 50,
    left: Math.min(0, ...frames.map((frame) => frame.left)),
    top: Math.min(0, ...frames.map((frame) => frame.top)),
    right: Math.max(300, ...frames.map((frame) => frame.right), ...guests.map((guest) => guest.x + 60)),
    bottom: bottom + under,
  };
};
