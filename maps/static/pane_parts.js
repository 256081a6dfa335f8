// Parts of a ticket's pane: the wind and the suspected sources.

import { make, word } from "./words.js";
import { standingText } from "./standings.js";
import { percent, svg, windText } from "./ticket_text.js";

export function compass(wind) {
  const known = wind && !wind.calm && wind.from_deg !== null;
  const arrow = known
    ? svg("g", { transform: `rotate(${(wind.from_deg + 180) % 360} 40 40)` }, svg("path", { d: "M40 66V20", class: "shaft" }), svg("path", { d: "M40 10l8 16h-16z" }))
    : svg("circle", { cx: 40, cy: 40, r: 5 });
  const north = svg("text", { x: 40, y: 12, "text-anchor": "middle" });
  north.textContent = word("north");
  const drawn = svg("svg", { viewBox: "0 0 80 80", "aria-hidden": "true" }, svg("circle", { cx: 40, cy: 40, r: 37, class: "ring" }), north, arrow);
  return make("div", { class: "compass" }, drawn, make("span", { text: windText(wind) }));
}

// How often vehicles passed a candidate's fence, and how often they saw it raised; null where that is not told.
function passesNote({ passes }) {
  if (!passes) return null;
  return make("small", { title: word("passes_meaning"), text: word(passes.count ? "passes_told" : "passes_none", passes) });
}

// What stands below a candidate's name: how it stands today, and the vehicles' passes.
function notes(candidate) {
  const standing = standingText(candidate.enterprise_id);
  const told = [standing && make("small", { text: standing }), passesNote(candidate)].filter(Boolean);
  return told.length ? make("span", { class: "notes" }, ...told) : null;
}

function nameOf(candidate) {
  return candidate.enterprise_id ? make("a", { href: `/supervision/enterprises/${encodeURIComponent(candidate.enterprise_id)}?lang=${document.documentElement.lang.slice(0, 2)}`, text: candidate.name }) : candidate.name;
}

// On a live page a name leads to the enterprise's card.
export function candidateTable(ticket, isLive) {
  const rows = ticket.candidates.slice(0, 5).map((one, at) => [String(at + 1), one, one.probability, `${one.distance_m} m`]);
  const shown = rows.reduce((sum, row) => sum + row[2], 0);
  rows.push(["", null, Math.max(0, 1 - shown), ""]);
  const heads = ["", word("candidates"), word("probability"), word("distance")];
  return make("table", { class: "candidates" },
    make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { scope: "col", text })))),
    make("tbody", {}, ...rows.map(([number, one, share, distance]) => make("tr", {},
      make("td", {}, number ? make("i", { class: "number", text: number }) : ""),
      make("td", {}, one ? (isLive ? nameOf(one) : one.name) : word("unknown_source"), one ? notes(one) : null),
      make("td", {}, make("meter", { min: 0, max: 1, value: share.toFixed(3), "aria-label": percent(share) }), ` ${percent(share)}`),
      make("td", { text: distance })))));
}
