// What a ticket says, as short texts: what and how much first, then who may be the source, then what is advised.

import { make, word } from "./words.js";
import { clockText } from "./clock.js";

const DONE = new Set(["closed", "dismissed", "merged"]);
const MARKS = { 1: "M1 1h12v12h-12z", 2: "M7 1l6.5 12h-13z", 3: "M7 1a6 6 0 1 0 .01 0z" };
const SIGNS = { 1: "■", 2: "▲", 3: "●" };
const SVG = "http://www.w3.org/2000/svg"; // a name, not an address: nothing is loaded from there

export function wantsDecision(ticket) {
  return ticket.state === "new" || ticket.state === "acknowledged";
}

export function isOpen(ticket) {
  return !DONE.has(ticket.state);
}

export function label(ticket) {
  return String(ticket.number ?? ticket.id.slice(0, 4)).replace(/^.*-0*(?=\d)/, "");
}

export function whole(value) {
  return value >= 10 ? Math.round(value) : Math.round(value * 10) / 10;
}

export function percent(share) {
  return `${Math.round(share * 100)}%`;
}

export function peakText(ticket) {
  return ticket.peak ? `${word(`pollutant.${ticket.peak.pollutant}`)} ${whole(ticket.peak.value)}` : "";
}

// Shelved ones sink, decided ones stand below those that ask; then priority, then age.
export function inOrder(tickets) {
  const rank = (ticket) => [wantsDecision(ticket) ? (ticket.shelved_until ? 1 : 0) : 2, ticket.priority, Date.parse(ticket.opened_at)];
  return [...tickets].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x[0] - y[0] || x[1] - y[1] || x[2] - y[2] || (a.id < b.id ? -1 : 1);
  });
}

export function svg(tag, attributes = {}, ...children) {
  const node = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  node.append(...children);
  return node;
}

export function priorityMark(priority) {
  const drawn = svg("svg", { viewBox: "0 0 14 14", "aria-hidden": "true" }, svg("path", { d: MARKS[priority] ?? MARKS[3] }));
  return make("span", { class: `priority p${priority}` }, drawn, String(priority));
}

// "(2) ■1" for the browser's tab: how many ask, and how pressing the first is.
export function tabText(asking) {
  return asking.length ? `(${asking.length}) ${SIGNS[asking[0].priority] ?? ""}${asking[0].priority} ` : "";
}

export function windText(wind) {
  if (!wind || wind.calm || wind.from_deg === null) return word("calm");
  const names = word("directions").split(" ");
  return word("wind_from", { dir: names[Math.round(wind.from_deg / 45) % 8], speed: wind.speed_ms });
}

export function headline(ticket) {
  if (ticket.kind !== "local") return word(`kind.${ticket.kind}`);
  if (ticket.source !== "air" && !ticket.peak) return word(`source.${ticket.source}`);
  return ticket.peak ? `${peakText(ticket)} µg/m³` : "";
}

export function excessText(peak) {
  if (!peak) return "";
  const times = peak.background > 0 ? ` (${(peak.value / peak.background).toFixed(1)}×)` : "";
  return `${word("background")} ${whole(peak.background)} · +${whole(peak.excess)}${times}`;
}

// The first candidate, where it is more probable than a source that nobody registered.
export function leading(ticket) {
  const first = ticket.candidates[0];
  return first && first.probability > ticket.unknown_probability ? first : null;
}

export function leader(ticket) {
  const first = leading(ticket);
  return first ? `${first.name} ${percent(first.probability)}` : `${word("unknown_source")} ${percent(ticket.unknown_probability)}`;
}

export function reasonsText(ticket) {
  return ticket.recommendation.reasons.map((name) => word(`reason.${name}`)).join(" · ");
}

export function flagsText(joined) {
  return joined.split("+").map((name) => word(`flag.${name}`)).join(" + ");
}

export function durationMin(ticket, nowMs) {
  const end = ticket.event_end ? Date.parse(ticket.event_end) : nowMs;
  return end === null ? null : Math.max(0, Math.round((end - Date.parse(ticket.event_start)) / 60000));
}

export function sinceText(ticket) {
  const ended = ticket.event_end ? ` – ${clockText(Date.parse(ticket.event_end))} ${word("event_ended")}` : "";
  return clockText(Date.parse(ticket.event_start)) + ended;
}

// High, middling or low: how sure the first-named source is.
export function confidenceText(ticket) {
  if (ticket.confidence === null || ticket.confidence === undefined) return "";
  const level = ticket.confidence >= 0.6 ? "high" : ticket.confidence >= 0.3 ? "middling" : "low";
  return `${word("confidence")} ${word(`confidence.${level}`)} ${ticket.confidence.toFixed(2)}`;
}

export function inputOf(ticket, name) {
  return ticket.recommendation.inputs?.find((one) => one.name === name)?.value ?? null;
}
