// What part of the sheet is seen, and what lies next to what.

import { extent } from "./measures.js";

export const fitted = (plan, surface) => {
  const size = extent(plan);
  const edge = surface.getBoundingClientRect();
  const [wide, high] = [size.right - size.left + 40, size.bottom - size.top + 8];
  const scale = Math.max(wide / (edge.width || 900), high / (edge.height || 560), 1);
  const [width, height] = [(edge.width || 900) * scale, (edge.height || 560) * scale];
  return { x: size.left - 20 - (width - wide) / 2, y: size.top - 8, width, height };
};

// The part of the sheet that the surface shows, in the sheet's pixels.
export const camera = (surface) => {
  let view = { x: 0, y: 0, width: 900, height: 560 };
  const lookAt = (where) => {
    view = { ...view, ...where };
    surface.setAttribute("viewBox", [view.x, view.y, view.width, view.height].map((value) => value.toFixed(2)).join(" "));
  };
  return {
    now: () => view,
    lookAt,
    fit: (plan) => lookAt(fitted(plan, surface)),
    zoom: (factor, at = [view.x + view.width / 2, view.y + view.height / 2]) => {
      const width = Math.max(200, Math.min(6000, view.width / factor));
      const scale = width / view.width;
      lookAt({ x: at[0] - (at[0] - view.x) * scale, y: at[1] - (at[1] - view.y) * scale, width, height: view.height * scale });
    },
    // the surface got another shape: the scale stays
    reshape: () => {
      const edge = surface.getBoundingClientRect();
      if (edge.width) lookAt({ height: (view.width * edge.height) / edge.width });
    },
    sees: (x, y) => x > view.x && x < view.x + view.width && y > view.y && y < view.y + view.height,
    at: (event) => {
      const edge = surface.getBoundingClientRect();
      return [view.x + ((event.clientX - edge.left) / edge.width) * view.width, view.y + ((event.clientY - edge.top) / edge.height) * view.height];
    },
  };
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
