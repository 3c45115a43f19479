// The keyboard on the sheet. Every act of the mouse has a key; the form and the table do the rest.

import { copy, move, remove } from "./plan.js";

export const HELP = [
  ["arrow keys", "go to the next thing that way"],
  ["Tab", "go on to the buttons and the form"],
  ["Enter", "edit what is chosen (name, image, networks, addresses…)"],
  ["Space", "choose one more, or one less"],
  ["Alt + arrow keys", "move what is chosen"],
  ["Delete", "remove what is chosen"],
  ["n, c, h, m", "add a network, a container, a lab host, a machine"],
  ["Ctrl Z, Ctrl Shift Z", "undo, redo"],
  ["Ctrl A, Ctrl D", "choose everything, copy what is chosen"],
  ["+, −, 0", "larger, smaller, show all"],
  ["Ctrl + wheel, Alt + drag", "larger and smaller, move the sheet"],
  ["l", "arrange everything"],
  ["Escape", "choose nothing"],
  ["?", "this help"],
];

const WAYS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, -1], ArrowDown: [0, 1] };

export const keys = (board) => {
  const letters = {
    n: () => board.add("network"),
    c: () => board.add("container"),
    h: () => board.add("host"),
    m: () => board.add("machine"),
    l: () => board.arrange(),
    0: () => board.fit(),
    "+": () => board.zoom(1.2),
    "=": () => board.zoom(1.2),
    "-": () => board.zoom(1 / 1.2),
    "?": () => board.help(),
  };
  const control = {
    z: (event) => (event.shiftKey ? board.redo() : board.undo()),
    y: () => board.redo(),
    a: () => board.choose([...board.plan().containers, ...board.plan().networks].map((one) => one.id)),
    d: () => duplicate(board),
    c: () => board.take(board.chosen()),
    v: () => duplicate(board, board.taken()),
  };
  const named = {
    Enter: () => board.edit(board.focused()),
    F2: () => board.edit(board.focused()),
    " ": () => toggle(board, board.focused()),
    Delete: () => take(board),
    Backspace: () => take(board),
    Escape: () => board.choose([]),
  };
  board.surface.addEventListener("keydown", (event) => {
    const way = WAYS[event.key];
    if (way && event.altKey) board.commit(move(board.plan(), chosenOr(board), way[0] * 10, way[1] * 10));
    else if (way) board.step(...way);
    else if (event.ctrlKey || event.metaKey) {
      const act = control[event.key.toLowerCase()];
      if (!act) return;
      act(event);
    } else {
      const act = named[event.key] ?? letters[event.key];
      if (!act || event.altKey) return;
      act(event);
    }
    event.preventDefault();
    event.stopPropagation();
  });
};

const chosenOr = (board) => (board.chosen().size ? board.chosen() : new Set([board.focused()].filter(Boolean)));

const take = (board) => {
  const gone = chosenOr(board);
  if (!gone.size) return;
  board.commit(remove(board.plan(), [...gone]));
  board.choose([]);
  board.say(`${gone.size === 1 ? "one thing" : `${gone.size} things`} removed; Ctrl Z brings ${gone.size === 1 ? "it" : "them"} back`);
};

const toggle = (board, id) => {
  if (!id) return;
  const chosen = board.chosen();
  board.choose(chosen.has(id) ? [...chosen].filter((one) => one !== id) : [...chosen, id]);
};

const duplicate = (board, ids = chosenOr(board)) => {
  if (!ids.size) return;
  const made = copy(board.plan(), ids);
  board.commit(made.plan);
  board.choose([...made.ids]);
};
