// A packet's journey, one station at a time: what came in, what was done with it, what went out.

import { button, calm, focusable, html, status, svg } from "./dom.js";

export const PLAYER_STYLE = `
.player{display:grid;grid-template-columns:minmax(230px,2fr) 3fr;gap:8px 16px;padding:8px 10px}
.player:empty{display:none}.player>.said{color:var(--muted);margin:0}
@container (max-width:620px){.player{grid-template-columns:minmax(0,1fr)}}
.player .controls{grid-column:1/-1;display:flex;flex-wrap:wrap;gap:4px;align-items:center}
.player .predict{display:flex;gap:4px;align-items:center}
.player .predict input{min-height:0}
.player input[type=range]{flex:1;min-width:120px;padding:0}
.player ol.stations{list-style:none;margin:0;padding:0 0 0 34px;position:relative;max-height:430px;overflow:auto}
.player ol.stations .track{position:absolute;left:0;top:0;width:30px;overflow:visible}
.player ol.stations li{height:26px;line-height:26px;white-space:nowrap;overflow:hidden;text-overflow:ellipsis}
.player ol.stations button{border:none;background:none;padding:0 4px;min-height:24px;text-align:left}
.player ol.stations [aria-current=step]{font-weight:bold;background:var(--soft)}
.player ol.stations .later{color:var(--muted)}
.player ol.stations .where{color:var(--muted);margin-right:6px}
.player .card{border:1px solid var(--edge);padding:8px 12px;min-height:152px}
.player .card h4{margin:0 0 6px;font-size:13px}
.player .card dl{display:grid;grid-template-columns:auto minmax(0,1fr);gap:3px 12px;margin:0}
.player .card dt{color:var(--muted);white-space:nowrap}.player .card dd{overflow-wrap:anywhere}
.player .card code,.player .card .header{font:12px/1.5 "DejaVu Sans Mono",monospace}
.player .card mark{background:none;color:inherit;font-weight:bold;border-bottom:2px solid var(--bad)}
.player .course-status:not(:empty){margin-top:6px}
.player .sentence{grid-column:1/-1;margin:0;font-weight:bold}
.player .unseen{grid-column:1/-1;color:var(--muted);margin:-6px 0 0}
.player .guess{display:flex;flex-direction:column;align-items:flex-start;gap:4px;margin-top:8px}
`;

const DEED = { asked: "asks", sent: "sends it", seen: "sees it pass", rule: "looks at its rules", translated: "translates it", wrapped: "wraps it", unwrapped: "unwraps it", delivered: "takes it", stopped: "stops it" };
const ROW = 26;

const end = (address, port) => (port ? `${address.includes(":") ? `[${address}]` : address}:${port}` : address);
const ends = (header) => [end(header.source, header.source_port), end(header.destination, header.destination_port)];
export const place = (hop) => (hop.view === "host" ? hop.machine : hop.view);

// A header in words, what differs from `other` marked by weight and a line.
const told = (header, other) => {
  const [mine, theirs] = [ends(header), other ? ends(other) : null];
  const part = (at) => (theirs && theirs[at] !== mine[at] ? html("mark", {}, mine[at]) : mine[at]);
  const rest = [header.protocol.toUpperCase(), header.note, header.ttl && `TTL ${header.ttl}`].filter(Boolean).join(", ");
  const wrap = header.outer && html("div", {}, `in ${header.outer.protocol.toUpperCase()} ${ends(header.outer).join(" → ")}${header.vni >= 0 ? `, VXLAN ${header.vni}` : ""}`);
  return html("span", { class: "header" }, part(0), " → ", part(1), html("span", { class: "said" }, ` ${rest}`), wrap);
};

const same = (a, b) => JSON.stringify(a) === JSON.stringify(b);

const card = (hop, at, count) =>
  html("div", { class: "card", tabindex: 0, role: "region", "aria-label": "this station", ...focusable }, [
    html("h4", {}, `${count ? `${at + 1} of ${count}` : `Station ${at + 1}`}: ${place(hop)}, ${hop.station} ${DEED[hop.act] ?? hop.act}`),
    html("dl", {}, [
      row(same(hop.before, hop.after) ? "packet" : "came in", told(hop.before)),
      hop.rule && row("rule", html("code", {}, hop.rule)),
      hop.verdict && row("verdict", hop.verdict),
      hop.act === "stopped" ? row("went out", "nothing: it ended here") : !same(hop.before, hop.after) && row("went out", told(hop.after, hop.before)),
      row("time", `${hop.ms.toFixed(2)} ms, on the way ${hop.way}`),
      hop.detail && row("that is", hop.detail),
    ]),
  ]);

const row = (name, what) => [html("dt", {}, name), html("dd", {}, what)];

// Where a packet could go next from a station: the right one among others of the same journey, in a fixed order.
const choices = (hops, at) => {
  const name = (hop) => `${place(hop)}, ${hop.station}`;
  const right = at + 1 < hops.length ? name(hops[at + 1]) : "nowhere: it ends here";
  const others = [...new Set(hops.map(name))].filter((one) => one !== right && one !== name(hops[at]));
  const picked = others.filter((one, n) => (n * 7 + at * 3) % Math.max(1, Math.floor(others.length / 3)) === 0).slice(0, 3);
  const wrong = right.startsWith("nowhere") ? picked : [...picked.slice(0, 2), "nowhere: it ends here"];
  return { right, all: [right, ...wrong].sort() };
};

// `passed(hop)` is called for each station that is come to. Returns {node, set(journey)}.
export const player = (passed = () => {}) => {
  let journey = null;
  let at = 0;
  let shown = 0; // how many stations may be seen: all, unless one predicts first
  let predict = false;
  let score = [0, 0];
  let timer = null;
  const line = status();
  const node = html("div", { class: "player" });

  const stop = () => {
    clearInterval(timer);
    timer = null;
  };
  const go = (next) => {
    const last = predict ? shown : journey.hops.length - 1;
    at = Math.max(0, Math.min(next, last));
    passed(journey.hops[at]);
    draw();
  };
  const play = () => {
    if (timer) return stop(), draw();
    if (at >= journey.hops.length - 1) at = -1;
    timer = setInterval(() => {
      go(at + 1);
      if (at >= journey.hops.length - 1) stop(), draw();
    }, calm() ? 1500 : 900);
    go(at + 1);
    return null;
  };
  const guess = (chosen) => {
    const { right } = choices(journey.hops, at);
    score = [score[0] + (chosen === right), score[1] + 1];
    line.textContent = `${chosen === right ? "✓ Right" : `× No: ${right}`}. ${score[0]} of ${score[1]} right so far.`;
    if (at + 1 >= journey.hops.length) predict = false;
    else {
      shown = at + 1;
      at += 1;
      passed(journey.hops[at]);
    }
    draw();
    node.querySelector(".guess button")?.focus();
  };

  const draw = () => {
    if (!journey?.hops?.length) {
      node.replaceChildren(html("p", { class: "said" }, journey?.sentence ?? "No packet yet."));
      return;
    }
    const count = journey.hops.length;
    const known = predict ? shown + 1 : count;
    const had = node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const act = (label, key, run, title, off = false) => button(label, run, { "data-key": key, "aria-label": title, title, disabled: off });
    const controls = html("div", { class: "controls", role: "group", "aria-label": "replay" }, [
      act("|◀", "first", () => go(0), "to the beginning", at === 0),
      act("◀", "back", () => go(at - 1), "one station back", at === 0),
      act(timer ? "❚❚" : "▶", "play", play, timer ? "pause" : "play", predict),
      act("▶|", "next", () => go(at + 1), "one station on", at >= known - 1),
      html("input", { type: "range", min: 0, max: known - 1, value: String(at), "data-key": "slider", "aria-label": "station", "aria-valuetext": `${at + 1} of ${known}: ${place(journey.hops[at])}, ${journey.hops[at].station}`, oninput: (event) => go(Number(event.target.value)), ...focusable }),
      html("label", { class: "predict" }, html("input", { type: "checkbox", checked: predict, "data-key": "predict", onchange: (event) => ((predict = event.target.checked), (shown = 0), (score = [0, 0]), stop(), go(0)), ...focusable }), " predict first"),
    ]);
    const stations = html("ol", { class: "stations", "aria-label": "stations" }, [track(journey.hops.slice(0, known), at), journey.hops.slice(0, known).map((hop, n) => html("li", {}, html("button", { type: "button", class: n > at ? "later" : null, "aria-current": n === at ? "step" : null, onclick: () => go(n), ...focusable }, html("span", { class: "where" }, place(hop)), hop.station, hop.verdict && hop.act !== "seen" ? ` · ${hop.verdict}` : "")))]);
    const asking = predict && at === shown && html("div", { class: "guess" }, html("strong", {}, "Where does it go next?"), choices(journey.hops, at).all.map((one) => button(one, () => guess(one))));
    const over = !predict && html("p", { class: "sentence" }, journey.sentence);
    node.replaceChildren(...[controls, stations, html("div", {}, card(journey.hops[at], at, predict ? 0 : count), asking, line), over, ...(predict ? [] : (journey.unseen ?? []).map((text) => html("p", { class: "unseen" }, `Not seen: ${text}`)))].filter(Boolean));
    if (had) node.querySelector(`[data-key="${had}"]`)?.focus();
    const here = stations.querySelector("[aria-current]");
    if (here) stations.scrollTop = Math.max(0, at * ROW - 180);
  };

  return {
    node,
    set: (next) => {
      stop();
      journey = next;
      at = 0;
      shown = 0;
      draw();
    },
    stop,
  };
};

// The line beside the stations: there on the left, back on the right, a full stop where it ended.
const track = (hops, at) => {
  const x = (hop) => (hop.way === "there" ? 9 : 22);
  const y = (n) => n * ROW + ROW / 2;
  const way = (from, to) => hops.slice(from, to).map((hop, n) => `${x(hop)},${y(n + from)}`).join(" ");
  return svg("svg", { class: "track", height: hops.length * ROW, "aria-hidden": "true" }, [
    svg("polyline", { points: way(0, hops.length), fill: "none", stroke: "var(--muted)", "stroke-width": 1.5, "stroke-dasharray": "3 3" }),
    svg("polyline", { points: way(0, at + 1), fill: "none", stroke: "var(--running)", "stroke-width": 3 }),
    hops.map((hop, n) => (hop.act === "stopped" ? svg("rect", { x: x(hop) - 6, y: y(n) - 6, width: 12, height: 12, fill: "var(--bad)" }) : svg("circle", { cx: x(hop), cy: y(n), r: n === at ? 6 : hop.act === "translated" || hop.act === "wrapped" || hop.act === "unwrapped" ? 5 : 3.5, fill: n <= at ? "var(--running)" : "var(--paper)", stroke: "var(--running)", "stroke-width": 1.5 }))),
  ]);
};
