// A widget whose kernel is gone says so: JupyterLab marks its place, and this watches for the mark.

import { html } from "./dom.js";

const SAID = "The kernel was restarted or has ended, so this leads nowhere now. Run the cell again to go on: what was drawn is in its file, what was built still runs.";

// Returns the function that ends the watch.
export const watchKernel = (el, root) => {
  const look = () => {
    const dead = Boolean(el.closest(".jupyter-widgets-disconnected"));
    if (dead === root.classList.contains("dead")) return;
    root.classList.toggle("dead", dead);
    if (dead) root.prepend(html("div", { class: "dead-said", role: "alert" }, SAID));
    else root.querySelector(".dead-said")?.remove();
  };
  const watch = new MutationObserver(look);
  for (let node = el; node && node !== document.body; node = node.parentElement) watch.observe(node, { attributes: true, attributeFilter: ["class"] });
  look();
  return () => watch.disconnect();
};
