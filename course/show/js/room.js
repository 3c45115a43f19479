// Where there is room for something new, so that nothing lies on top of something else.

import { BOX, boxOf, extent, frameOf, rowsOf, spanOf, stemsOf } from "./measures.js";

const STEP = 10;
const LABEL = 130; // the left end of a line, where its name and subnet stand
const LINE = { above: 34, below: 44 }; // what a line needs for its words
const APART = 26; // between two boxes

// The lab host whose frame is drawn round this point.
export const hostAt = (plan, x, y) => {
  const hosts = plan.machines.filter((machine) => machine.engine);
  const frames = extent(plan).frames;
  return hosts.find((_, at) => x > frames[at].left && x < frames[at].right && y > frames[at].top && y < frames[at].bottom);
};

// {x, y} of a new network or container of this lab host: the first free place, from the top left on. A network that is
// added to an empty frame lies on top, containers then stand under it, and the next network lies under those.
export const room = (plan, host, kind, given) => {
  const stems = stemsOf(plan);
  const boxes = plan.containers.filter((one) => one.machine === host.name).map(boxOf);
  const lines = plan.networks.filter((one) => one.machine === host.name).map((one) => ({ y: one.y, ...spanOf(one, stems) }));
  const left = host.x + 22;
  const right = Math.max(frameOf(plan, host, stems).right - 22, left + LABEL + 3 * (BOX.width + APART));
  const network = kind === "network";
  const [wide, high] = network ? [given.width, 0] : [BOX.width, BOX.name + rowsOf({ ports: [], shares: "", ...given }).length * BOX.row + 2 * BOX.pad];
  for (let top = host.y + (network ? 74 : 56); ; top += STEP)
    for (let x = network ? left : left + LABEL; x + wide <= Math.max(right, left + wide); x += network ? right : STEP) {
      const area = network ? { left: x, right: x + wide, top: top - LINE.above, bottom: top + LINE.below } : { left: x - APART / 2, right: x + wide + APART / 2, top: top - 8, bottom: top + high + 8 };
      if (!boxes.some((box) => meet(area, box)) && !lines.some((one) => meet(area, { left: one.from, right: one.to + 20, top: one.y - LINE.above + 10, bottom: one.y + LINE.below })))
        return network ? { x, y: top } : { x: x + wide / 2, y: top + high / 2 };
    }
};

const meet = (a, b) => a.left < b.right && b.left < a.right && a.top < b.bottom && b.top < a.bottom;
