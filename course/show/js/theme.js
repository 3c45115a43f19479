// The colours and letters of the pictures, as style sheet variables. See course/show/theme.py, where they come from.

const LIGHT = `--paper:#ffffff;--ink:#1a1a1a;--muted:#595959;--running:#0072b2;--on-running:#ffffff;--paused:#e69f00;
--on-paused:#1a1a1a;--bad:#b34700;--good:#007a5a;--line1:#009e73;--line2:#d55e00;--line3:#b8638f;--line4:#4d4d4d;
--soft:#f2f2f2;--edge:#767676;--focus:#0072b2;color-scheme:light;`;
const DARK = `--paper:#111111;--ink:#ebebeb;--muted:#a8a8a8;--running:#56b4e9;--on-running:#111111;--paused:#e69f00;
--on-paused:#111111;--bad:#ff8c42;--good:#00b886;--line1:#00b886;--line2:#e69f00;--line3:#cc79a7;--line4:#b3b3b3;
--soft:#1f1f1f;--edge:#8a8a8a;--focus:#56b4e9;color-scheme:dark;`;
const DARK_PAGES = ['[data-jp-theme-light="false"]', ".vscode-dark", ".vscode-high-contrast", "html[theme=dark]"];

export const LINES = ["var(--line1)", "var(--line2)", "var(--line3)", "var(--line4)"];

// The style element of a widget whose outermost element has the class `course-widget`; `rules` are its own.
export const sheetOfStyle = (rules) => {
  const node = document.createElement("style");
  node.textContent = `
.course-widget{${LIGHT}font:13px/1.45 "DejaVu Sans",Verdana,sans-serif;color:var(--ink);background:var(--paper);
  position:relative;box-sizing:border-box}
${DARK_PAGES.map((page) => `${page} .course-widget`).join(",")}{${DARK}}
.course-widget *{box-sizing:border-box}
.course-widget button,.course-widget input,.course-widget select,.course-widget textarea{font:inherit;color:var(--ink);
  background:var(--paper);border:1px solid var(--edge);border-radius:2px;padding:3px 8px;min-height:26px}
.course-widget select{padding-left:4px}.course-widget ::placeholder{color:var(--muted);opacity:1}
.course-widget input:is([type=checkbox],[type=radio]){min-height:0;margin:3px;accent-color:var(--running)}
.course-widget input[type=range]{accent-color:var(--running)}
.course-widget button{cursor:pointer}
.course-widget button:hover:not(:disabled,[aria-pressed=true],.first){background:var(--soft)}
.course-widget button:disabled{color:var(--muted);cursor:default;border-style:dashed}
.course-widget button[aria-pressed=true],.course-widget button.first:not(:disabled){background:var(--running);color:var(--on-running);
  border-color:var(--running)}
.course-widget :focus-visible{outline:2px solid var(--focus);outline-offset:2px}
.course-widget dt{width:auto;float:none;font-weight:normal}.course-widget dd{width:auto;margin:0}
.course-widget .hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.course-widget.dead>:not(.dead-said){opacity:.55}
.course-widget .dead-said{padding:6px 10px;border-bottom:2px solid var(--bad);font-weight:bold}
@media (prefers-reduced-motion:no-preference){.course-widget .flash{animation:course-flash .7s}}
@keyframes course-flash{30%{stroke-width:6}}
${rules}`;
  return node;
};
