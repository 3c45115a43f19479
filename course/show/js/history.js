// Undo and redo. A history is {past: [plan…], now: plan, future: [plan…]}, plain data, so that it survives a reload.

const LONGEST = 100;

export const begin = (plan) => ({ past: [], now: plan, future: [] });

// `merge`: the change goes on from the last one (a drag, a word being typed) and is undone together with it.
export const record = (history, plan, merge = false) => {
  if (plan === history.now) return history;
  const past = merge ? history.past : [...history.past, history.now].slice(-LONGEST);
  return { past, now: plan, future: [] };
};

export const undo = ({ past, now, future }) =>
  past.length ? { past: past.slice(0, -1), now: past.at(-1), future: [now, ...future] } : { past, now, future };

export const redo = ({ past, now, future }) =>
  future.length ? { past: [...past, now], now: future[0], future: future.slice(1) } : { past, now, future };
