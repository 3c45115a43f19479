// Elements made in one call, and the few things that every widget does to the page.

const SVG = "http://www.w3.org/2000/svg";

const put = (node, attributes, children) => {
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith("on")) node.addEventListener(name.slice(2), value);
    else if (name === "value") node.value = value;
    else if (value === true) node.setAttribute(name, "");
    else if (value !== false && value != null) node.setAttribute(name, value);
  }
  node.append(...children.flat(9).filter((child) => child != null && child !== false));
  return node;
};

// html("button", { type: "button", onclick: act }, "Apply"): false and null attributes and children are left out
export const html = (tag, attributes = {}, ...children) => put(document.createElement(tag), attributes, children);

export const svg = (tag, attributes = {}, ...children) => put(document.createElementNS(SVG, tag), attributes, children);

// JupyterLab acts on letters typed into whatever has the focus ("dd" deletes a cell) unless it wears this mark.
export const focusable = { "data-lm-suppress-shortcuts": "true" };

export const button = (label, onclick, more = {}) =>
  html("button", { type: "button", onclick, ...focusable, ...more }, label);

// A line that screen readers speak when it changes, without the focus moving there.
export const status = (name = "course-status") => html("div", { class: name, role: "status", "aria-live": "polite" });

export const say = (line, text) => {
  if (line.textContent !== text) line.textContent = text;
};

export const calm = () => matchMedia("(prefers-reduced-motion: reduce)").matches;

let counted = 0;
// An id that no other element of this page has.
export const unique = (stem) => `course-${stem}-${(counted += 1)}`;
