// The kernel measures traffic only for as long as somebody looks: this tells it.

const EVERY = 10_000; // milliseconds

// Returns the function to call when the view is closed; the kernel stops by itself when it is told no more.
export const watched = (model, root) => {
  const see = () => {
    if (document.hidden || !root.isConnected || root.classList.contains("dead")) return;
    model.set("watched", Date.now());
    model.save_changes();
  };
  const timer = setInterval(see, EVERY);
  see();
  return () => clearInterval(timer);
};
