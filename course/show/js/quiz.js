// One question: choose, answer, read what is right or wrong about it, try again.

import { watchKernel } from "./dead.js";
import { button, focusable, html, status, unique } from "./dom.js";
import { rich } from "./rich.js";
import { sheetOfStyle } from "./theme.js";

const STYLE = `
.quiz{border:1px solid var(--edge);padding:8px 14px 10px;max-width:760px}
.quiz fieldset{border:none;margin:0;padding:0}
.quiz legend{font-weight:bold;padding:0;margin-bottom:6px}
.quiz .option{display:grid;grid-template-columns:auto 1.4em 1fr;gap:4px;align-items:start;padding:5px 6px 5px 8px;border-left:3px solid transparent;cursor:pointer}
.quiz .option:hover{background:var(--soft)}
.quiz .option.right{border-left-color:var(--good)}
.quiz .option.wrong{border-left-color:var(--bad);border-left-style:double}
.quiz .said{margin:6px 0 0;padding:6px 10px;background:var(--soft);min-height:2.4em}
.quiz code{font:12px "DejaVu Sans Mono",monospace}
.quiz button{margin-top:8px}
`;

function render({ model, el }) {
  const name = unique("quiz");
  const question = model.get("question");
  const said = status("said");
  const options = question.options.map(({ letter, text }) => {
    const radio = html("input", { type: "radio", name, value: letter, onchange: () => (go.disabled = false), ...focusable });
    return html("label", { class: "option", "data-letter": letter }, radio, html("strong", {}, letter), html("span", {}, rich(text)));
  });
  const chosen = () => root.querySelector("input:checked")?.value ?? "";
  const go = button("Answer", () => model.send({ answer: chosen() }), { disabled: true });
  const root = html("div", { class: "course-widget quiz" }, sheetOfStyle(STYLE), html("fieldset", {}, html("legend", {}, `${question.number}  `, rich(question.text)), options), go, said);
  const tell = () => {
    const told = model.get("feedback");
    for (const option of options) {
      const mine = option.dataset.letter === told.letter;
      option.classList.toggle("right", mine && told.right === true);
      option.classList.toggle("wrong", mine && told.right === false);
      if (mine) option.querySelector("input").checked = true;
    }
    if (told.letter) go.disabled = false;
    said.replaceChildren(...(told.letter ? [html("strong", {}, told.right ? "✓ Right. " : "× No. "), ...rich(told.text)] : [html("span", {}, "Choose one, then Answer.")]).flat());
  };
  model.on("change:feedback", tell);
  el.replaceChildren(root);
  tell();
  const unwatch = watchKernel(model, root);
  root.dataset.ready = "true";
  return () => (unwatch(), model.off("change:feedback", tell));
}

export default { render };
