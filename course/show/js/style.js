// The style sheet of the builder.

import { CODE_STYLE } from "./code.js";
import { SHEET_STYLE } from "./sheet.js";
import { STEPS_STYLE } from "./steps.js";

export const STYLE = `
.builder{border:1px solid var(--edge);container-type:inline-size}
.builder .bar{display:flex;flex-wrap:wrap;gap:4px;padding:6px 8px;border-bottom:1px solid var(--edge)}
.builder .bar.top{background:var(--soft)}
.builder [hidden]{display:none}
.builder .tabs,.builder .acts{display:flex;flex-wrap:wrap;gap:4px}
.builder .tabs{gap:0}.builder .tabs button+button{border-left:none}
.builder .tabs button{border-radius:0}
.builder .tool,.builder .tool-pick{border-color:transparent;background:none}
.builder .tool:hover,.builder .tool-pick:hover{border-color:var(--edge)}
.builder .bar .gap{flex:1}
.builder .body{display:grid;grid-template-columns:minmax(0,1fr) 290px}
.builder .body.wide{grid-template-columns:minmax(0,1fr)}
.builder .body.wide .side{border-left:none;border-top:1px solid var(--edge)}
.builder .body.wide .side:not(:has(section)){display:none}
.builder .surface{display:block;width:100%;height:min(62vh,560px);min-height:300px;touch-action:none;user-select:none}
.builder .surface:focus-visible{outline-offset:-3px}
.builder .side{padding:8px 10px;border-left:1px solid var(--edge);max-height:min(62vh,560px);overflow:auto}
.builder .tables,.builder .code-view{padding:8px 10px;overflow:auto;max-height:min(62vh,560px)}
.builder h3{font-size:13px;margin:4px 0;font-weight:bold;line-height:1.45}
.builder section+section{margin-top:12px;border-top:1px solid var(--edge);padding-top:6px}
.builder .side>div:not(:empty)+div:not(:empty){margin-top:12px;border-top:1px solid var(--edge);padding-top:6px}
.builder section>ol:not(.steps),.builder section>ul{margin:4px 0;padding-left:1.5em}
.builder section>:is(ol,ul)>li+li{margin-top:4px}
.builder li.differs{display:grid;grid-template-columns:1.4em minmax(0,1fr)}
.builder .tables tbody td{vertical-align:baseline}.builder .tables section>button{margin-top:4px}
.builder p{margin:6px 0;overflow-wrap:anywhere}
.builder .tables td input[type=text]{width:100%;min-width:8.5em}
.builder .tables td .wrong-said{max-width:16em}
.builder .help{padding:8px 10px}
.builder .field{margin:5px 0;display:grid;gap:1px}
.builder :is(.field,td) .wrong-said:not(:empty){margin-top:4px}
.builder .field.check{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.builder .field input[type=text],.builder .field select,.builder .field textarea{width:100%}
.builder [aria-invalid=true]{border-color:var(--bad);border-width:2px}
.builder fieldset{border:1px solid var(--edge);margin:8px 0;padding:4px 8px}
.builder .row{display:flex;flex-wrap:wrap;gap:4px;align-items:center}
.builder .said{color:var(--muted)}
.builder .small{min-height:20px;padding:0 5px;font-size:11px}
.builder .link{border:none;background:none;padding:0;min-height:0;text-decoration:underline;text-align:left}
.builder table{border-collapse:collapse}
.builder th,.builder td{padding:2px 10px 2px 0;text-align:left;vertical-align:top;font-weight:normal}
.builder thead th{font-weight:bold}
.builder .foot{padding:3px 10px;border-top:1px solid var(--edge);display:flex;gap:12px;flex-wrap:wrap}
.builder .foot .course-status{flex:1}
.builder dl{display:grid;grid-template-columns:auto 1fr;gap:2px 12px}
.builder dt{font-weight:bold}
@container (max-width:680px){.builder .body{grid-template-columns:minmax(0,1fr)}
  .builder .side{border-left:none;border-top:1px solid var(--edge);max-height:none}}
${SHEET_STYLE}${CODE_STYLE}${STEPS_STYLE}`;
