// Text of our own with `code` and *words*, from the kernel as a list of [kind, text].

import { html } from "./dom.js";

const TAGS = { code: "code", em: "em", strong: "strong" };

export const rich = (parts) => parts.map(([kind, text]) => (TAGS[kind] ? html(TAGS[kind], {}, text) : text));
