// Undo that survives a reload of the page: kept by the browser for as long as the page is open.

export const remembered = (model) => {
  try {
    const kept = JSON.parse(sessionStorage.getItem(`course-builder-${model.get("key")}`));
    return kept && JSON.stringify(kept.now) === JSON.stringify(model.get("drawing")) ? kept : null;
  } catch {
    return null;
  }
};

export const remember = (model, history) => {
  try {
    sessionStorage.setItem(`course-builder-${model.get("key")}`, JSON.stringify({ ...history, past: history.past.slice(-30) }));
  } catch {
    // the browser keeps nothing for this page: undo ends at a reload
  }
};
