// What applying would do, and how far it is: a line for each object, with a sign, a word and, if it failed, the reason.

import { button, html } from "./dom.js";

const STATE = { waiting: ["○", "waiting"], working: ["◐", "working"], done: ["●", "done"], failed: ["×", "failed"], skipped: ["–", "not tried"] };

export const STEPS_STYLE = `
.course-widget ol.steps{list-style:none;margin:4px 0;padding:0;max-height:300px;overflow:auto}
.course-widget ol.steps li{padding:3px 0;border-bottom:1px solid var(--soft);overflow-wrap:anywhere}
.course-widget ol.steps .sign{display:inline-block;width:1.4em;font-weight:bold}
.course-widget ol.steps div{padding-left:1.4em}
.course-widget ol.steps .why,.course-widget .wrong-said{color:var(--bad)}
.course-widget progress{width:100%;accent-color:var(--running)}
`;

// `told` is {steps: [{id, sign, text, state, sentence}], summary}; nothing, if there is nothing to tell.
export const stepsView = (told, choose) => {
  const steps = told.steps ?? [];
  const ended = steps.filter((step) => ["done", "failed", "skipped"].includes(step.state)).length;
  const begun = steps.some((step) => step.state && step.state !== "waiting");
  if (!steps.length && !told.summary) return null;
  return html("section", { class: "plan", "aria-label": "plan" }, [
    html("h3", {}, begun ? "Progress" : "Plan"),
    told.summary && html("p", { class: "summary" }, told.summary),
    begun && html("progress", { max: steps.length, value: ended, "aria-label": `${ended} of ${steps.length} done` }),
    steps.length > 0 && html("ol", { class: "steps" }, steps.map((step) => line(step, choose))),
  ]);
};

const line = (step, choose) => {
  const [sign, word] = STATE[step.state] ?? ["", ""];
  return html("li", { "data-step": step.id ?? "", "data-state": step.state ?? "" }, html("span", { class: "sign" }, step.sign.replace("-", "−")), step.id ? button(step.text, () => choose([step.id]), { class: "link" }) : step.text, word && ` ${sign} ${word}`, step.sentence && html("div", { class: ["failed", "skipped"].includes(step.state) ? "why" : "said" }, step.sentence));
};
