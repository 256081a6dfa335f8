// The list of clue tickets: what and how much first, then who may be the source, then what is advised and why.

import { make, word } from "./words.js";
import { ageText, clockText, dayText } from "./clock.js";
import { standingText } from "./standings.js";

const DONE = new Set(["closed", "dismissed", "merged"]);
const MARKS = { 1: "M1 1h12v12h-12z", 2: "M7 1l6.5 12h-13z", 3: "M7 1a6 6 0 1 0 .01 0z" };
const DISMISSALS = ["sensor_fault", "humidity", "regional", "registered_works", "duplicate", "other"];
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

export function peakText(ticket) {
  return ticket.peak ? `${word(`pollutant.${ticket.peak.pollutant}`)} ${whole(ticket.peak.value)}` : "";
}

export function inOrder(tickets) {
  const rank = (ticket) => [wantsDecision(ticket) ? 0 : 1, ticket.priority, Date.parse(ticket.opened_at)];
  return [...tickets].sort((a, b) => {
    const [x, y] = [rank(a), rank(b)];
    return x[0] - y[0] || x[1] - y[1] || x[2] - y[2] || (a.id < b.id ? -1 : 1);
  });
}

function whole(value) {
  return value >= 10 ? Math.round(value) : Math.round(value * 10) / 10;
}

function percent(share) {
  return `${Math.round(share * 100)}%`;
}

function priorityMark(priority) {
  const svg = document.createElementNS(SVG, "svg");
  svg.setAttribute("viewBox", "0 0 14 14");
  svg.setAttribute("aria-hidden", "true");
  const path = document.createElementNS(SVG, "path");
  path.setAttribute("d", MARKS[priority] ?? MARKS[3]);
  svg.append(path);
  return make("span", { class: `priority p${priority}` }, svg, String(priority));
}

function windText(wind) {
  if (wind.calm || wind.from_deg === null) return word("calm");
  const names = word("directions").split(" ");
  return word("wind_from", { dir: names[Math.round(wind.from_deg / 45) % 8], speed: wind.speed_ms });
}

function headline(ticket) {
  if (ticket.kind !== "local") return word(`kind.${ticket.kind}`);
  if (ticket.source !== "air" && !ticket.peak) return word(`source.${ticket.source}`);
  return ticket.peak ? `${peakText(ticket)} µg/m³` : "";
}

function excess(peak) {
  if (!peak) return "";
  const times = peak.background > 0 ? ` (${(peak.value / peak.background).toFixed(1)}×)` : "";
  return `${word("background")} ${whole(peak.background)} · +${whole(peak.excess)}${times}`;
}

// The first candidate, where it is more probable than a source that nobody registered.
function leading(ticket) {
  const first = ticket.candidates[0];
  return first && first.probability > ticket.unknown_probability ? first : null;
}

function leader(ticket) {
  const first = leading(ticket);
  return first ? `${first.name} ${percent(first.probability)}` : `${word("unknown_source")} ${percent(ticket.unknown_probability)}`;
}

function reasons(ticket) {
  return ticket.recommendation.reasons.map((name) => word(`reason.${name}`)).join(" · ");
}

function flags(joined) {
  return joined.split("+").map((name) => word(`flag.${name}`)).join(" + ");
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

function candidateTable(ticket) {
  const rows = ticket.candidates.slice(0, 5).map((candidate, index) => [String(index + 1), candidate.name, candidate.probability, `${candidate.distance_m} m`, notes(candidate)]);
  const shown = rows.reduce((sum, row) => sum + row[2], 0);
  rows.push(["", word("unknown_source"), Math.max(0, 1 - shown), "", null]);
  const heads = ["", word("candidates"), word("probability"), word("distance")];
  return make("table", { class: "candidates" },
    make("thead", {}, make("tr", {}, ...heads.map((text) => make("th", { scope: "col", text })))),
    make("tbody", {}, ...rows.map(([number, name, share, distance, passes]) => make("tr", {},
      make("td", {}, number ? make("i", { class: "number", text: number }) : ""),
      make("td", {}, name, passes),
      make("td", {}, make("meter", { min: 0, max: 1, value: share.toFixed(3) }), ` ${percent(share)}`),
      make("td", { text: distance })))));
}

// What clues from elsewhere say, in their own words.
function clueList(ticket) {
  const clues = ticket.clues ?? [];
  if (!clues.length) return null;
  return make("div", { class: "clues" }, make("b", { text: word("clues") }), make("ul", {}, ...clues.map((clue) => make("li", {},
    make("b", { text: word(`source.${clue.source}`) }), ` ${dayText(Date.parse(clue.at))} `,
    clue.closed_at ? make("i", { text: `${word("clue_settled")} ` }) : null, make("span", { text: clue.text })))));
}

function fact(name, text) {
  return text ? make("div", { class: "fact" }, make("dt", { text: name }), make("dd", { text })) : null;
}

export class TicketList {
  // act(ticket, path, body) sends a person's decision; null: this page only shows. wanted: id of the ticket to begin with.
  constructor(root, { act = null, wanted = null, chosen }) {
    this.root = root;
    this.act = act;
    this.onChosen = chosen;
    this.tickets = new Map();
    this.cards = new Map();
    this.chosenId = null;
    this.wanted = wanted;
    this.dismissing = null;
    this.trouble = new Map();
    this.begun = false; // what is there at the start has not just arrived
  }

  set(ticket) {
    if (isOpen(ticket)) this.tickets.set(ticket.id, ticket);
    else this.tickets.delete(ticket.id);
  }

  clear() {
    this.tickets.clear();
  }

  ordered() {
    return inOrder(this.tickets.values());
  }

  choose(id) {
    this.chosenId = id;
    this.dismissing = null;
    this.onChosen();
  }

  render(nowMs) {
    const ordered = this.ordered();
    if (this.tickets.has(this.wanted)) [this.chosenId, this.wanted] = [this.wanted, null];
    if (!this.tickets.has(this.chosenId)) this.chosenId = ordered[0]?.id ?? null;
    const nodes = ordered.map((ticket) => this.card(ticket));
    for (const id of this.cards.keys()) if (!this.tickets.has(id)) this.cards.delete(id);
    const held = document.activeElement?.dataset?.key;
    if (!nodes.length) nodes.push(make("li", { class: "empty", text: word("no_tickets") }));
    if (nodes.some((node, at) => this.root.children[at] !== node) || nodes.length !== this.root.children.length) {
      this.root.replaceChildren(...nodes);
      if (held) this.root.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
    }
    this.begun ||= ordered.length > 0;
    this.age(nowMs);
    return ordered;
  }

  age(nowMs) {
    if (nowMs === null) return;
    for (const [id, { time }] of this.cards) {
      const ticket = this.tickets.get(id);
      if (ticket) time.textContent = ageText(nowMs - Date.parse(ticket.opened_at));
    }
  }

  // A card is made anew only when what it shows has changed.
  card(ticket) {
    const chosen = ticket.id === this.chosenId;
    const shown = JSON.stringify([ticket, chosen, chosen && ticket.candidates.slice(0, 5).map((one) => standingText(one.enterprise_id)), chosen && this.dismissing, this.trouble.get(ticket.id)]);
    const before = this.cards.get(ticket.id);
    if (before?.shown === shown) return before.node;
    const time = make("time", { datetime: ticket.opened_at });
    const arrived = before || !this.begun ? "" : " arrived";
    const node = make("li", { class: `ticket p${ticket.priority}${wantsDecision(ticket) ? "" : " decided"}${chosen ? " chosen" : ""}${arrived}` },
      this.head(ticket, chosen, time), chosen ? this.body(ticket) : null);
    this.cards.set(ticket.id, { node, shown, time });
    return node;
  }

  head(ticket, chosen, time) {
    const line = make("span", { class: "line" }, priorityMark(ticket.priority), make("b", { class: "title", text: headline(ticket) }), time);
    const more = make("span", { class: "sub", text: excess(ticket.peak) });
    const who = make("span", { class: "sub" }, make("span", { class: "no", text: `#${label(ticket)}` }), " ",
      make("span", { class: "state", text: word(`ticket.${ticket.state}`) }), " ", leader(ticket));
    const advice = make("span", { class: "sub" }, make("b", { text: `${word("recommendation")} ${word(ticket.recommendation.action)}` }), ` · ${reasons(ticket)}`);
    return make("button", { type: "button", class: "head", "aria-expanded": String(chosen), "data-key": `head ${ticket.id}`, onclick: () => this.choose(ticket.id) },
      line, more, who, chosen ? null : advice);
  }

  body(ticket) {
    const facts = make("dl", { class: "facts" },
      ticket.source === "air" ? fact(word("wind"), windText(ticket.wind)) : null,
      ticket.sensors.length ? fact(word("sensors"), `${word("merged_count", { n: ticket.sensors.length })}: ${ticket.sensors.join(", ")}`) : null,
      fact(word("excluded_sensors"), ticket.excluded.map((one) => `${one.sensor_id} (${flags(one.reason)})`).join(", ")),
      fact(word("event_since"), clockText(Date.parse(ticket.event_start)) + (ticket.event_end ? ` – ${clockText(Date.parse(ticket.event_end))} ${word("event_ended")}` : "")));
    const advice = make("div", { class: "advice" },
      make("b", { text: `${word("recommendation")}: ${word(ticket.recommendation.action)}` }),
      make("span", { text: `${word("why")}: ${reasons(ticket)}` }));
    return make("div", { class: "body" }, clueList(ticket), ticket.kind === "local" ? candidateTable(ticket) : null, facts, advice,
      this.act ? this.buttons(ticket) : null, make("p", { class: "hint", text: word("clue_only") }));
  }

  buttons(ticket) {
    const button = (key, press, extra = "") => make("button", { type: "button", class: extra, "data-key": `${key} ${ticket.id}`, onclick: press, text: word(key) });
    const decide = (action) => () => this.send(ticket, "decision", { action, enterprise_id: action === "dispatch" ? leading(ticket)?.enterprise_id : undefined });
    const advised = (action) => (wantsDecision(ticket) && ticket.recommendation.action === action ? "main" : "");
    const rows = make("div", { class: "decide" },
      ticket.state === "new" ? button("acknowledge", () => this.send(ticket, "acknowledge", {})) : null,
      ticket.state === "dispatched" ? null : button("dispatch", decide("dispatch"), advised("dispatch")),
      ticket.state === "watching" ? null : button("watch", decide("watch"), advised("watch")),
      button("dismiss", () => { this.dismissing = this.dismissing ? null : ticket.id; this.onChosen(); }));
    const trouble = this.trouble.get(ticket.id);
    return make("div", {}, rows, this.dismissing === ticket.id ? this.dismissal(ticket) : null,
      trouble ? make("p", { class: "trouble", role: "alert", text: `${word("not_done")}: ${trouble}` }) : null);
  }

  dismissal(ticket) {
    const note = make("input", { type: "text", "aria-label": word("note"), placeholder: word("note"), maxlength: 500 });
    const press = (reason) => () => {
      if (reason === "other" && !note.value.trim()) return this.fail(ticket.id, word("note_needed"));
      return this.send(ticket, "decision", { action: "dismiss", reason_code: reason, note: note.value.trim() || undefined });
    };
    return make("div", { class: "dismissal" }, make("span", { text: word("dismiss_because") }),
      ...DISMISSALS.map((reason) => make("button", { type: "button", onclick: press(reason), text: word(`reason.${reason}`) })), note);
  }

  async send(ticket, path, body) {
    this.trouble.delete(ticket.id);
    try {
      await this.act(ticket, path, { ...body, version: ticket.version });
      this.dismissing = null;
    } catch (error) {
      this.fail(ticket.id, error.message);
    }
    this.onChosen();
  }

  fail(id, text) {
    this.trouble.set(id, text);
    this.onChosen();
  }
}
