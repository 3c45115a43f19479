// A widget whose kernel is gone says so. Jupyter tells a model when its way to the kernel is cut, and never mends it.

import { html } from "./dom.js";

const SAID = "The kernel was restarted or has ended, so this leads nowhere now. Run the cell again to go on: nothing that was drawn or built is lost.";

// Returns the function that ends the watch.
export const watchKernel = (model, root) => {
  const cut = () => {
    if (root.classList.contains("dead")) return;
    root.classList.add("dead");
    root.prepend(html("div", { class: "dead-said", role: "alert" }, SAID));
  };
  model.on("comm_live_update", cut);
  return () => model.off("comm_live_update", cut);
};
