// What part of the sheet is seen, and what lies next to what.

import { extent } from "./measures.js";

export const fitted = (plan, surface) => {
  const size = extent(plan);
  const edge = surface.getBoundingClientRect();
  const [wide, high] = [size.right - size.left + 40, size.bottom - size.top + 40];
  const scale = Math.max(wide / (edge.width || 900), high / (edge.height || 560), 1);
  const [width, height] = [(edge.width || 900) * scale, (edge.height || 560) * scale];
  return { x: size.left - 20 - (width - wide) / 2, y: size.top - 20, width, height };
};

export const sameScale = (view, surface) => {
  const edge = surface.getBoundingClientRect();
  return edge.width ? { height: (view.width * edge.height) / edge.width } : {};
};

// The nearest thing in that direction; without one to start from, the first of all.
export const neighbour = (plan, id, dx, dy) => {
  const centre = (one) => ("image" in one ? [one.x, one.y] : "driver" in one ? [one.x + 40, one.y] : [one.x + 30, one.y + 15]);
  const all = [...plan.machines, ...plan.networks, ...plan.containers];
  const from = all.find((one) => one.id === id);
  if (!from) return all[0]?.id ?? null;
  const [x, y] = centre(from);
  const away = (one) => {
    const [a, b] = centre(one);
    const [along, across] = dx ? [(a - x) * dx, Math.abs(b - y)] : [(b - y) * dy, Math.abs(a - x)];
    return along > 1 ? along + across * 2.5 : Infinity;
  };
  const best = all.filter((one) => one !== from).reduce((a, b) => (a && away(a) <= away(b) ? a : b), null);
  return best && away(best) < Infinity ? best.id : null;
};
