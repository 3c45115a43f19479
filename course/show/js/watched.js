// The kernel measures traffic only for as long as somebody looks: this tells it.

const EVERY = 10_000; // milliseconds

// Returns the function to call when the view is closed.
export const watched = (model) => {
  const tell = (value) => {
    model.set("watched", value);
    model.save_changes();
  };
  const see = () => document.hidden || tell(Date.now());
  const timer = setInterval(see, EVERY);
  see();
  return () => {
    clearInterval(timer);
    tell(0);
  };
};
