// A person's decisions: one key or button each, what is refused told beside it, a dispatch undone while it may be.

import { make, word } from "./words.js";
import { standingOf } from "./standings.js";
import { leading, wantsDecision } from "./ticket_text.js";

const DISMISSALS = ["sensor_fault", "humidity", "regional", "registered_works", "duplicate", "other"];
const WATCH_MIN = 30;
const SHELVE_MIN = 120;

export class Deciding {
  // act(ticket, path, body) sends a move.
  constructor({ act, changed }) {
    this.act = act;
    this.changed = changed;
    // {id, what}: what more a ticket's decision asks for.
    this.asking = null;
    this.trouble = new Map();
    this.busy = new Set();
  }

  stateOf(ticket) {
    return [this.asking?.id === ticket.id ? this.asking.what : null, this.trouble.get(ticket.id), this.isCapped(ticket)];
  }

  isCapped(ticket) {
    return ticket.recommendation.reasons.includes("cap_reached") || standingOf(ticket.candidates[0]?.enterprise_id)?.visits_left === 0;
  }

  ask(ticket, what) {
    const isOpen = this.asking?.id === ticket.id && this.asking.what === what;
    if (!isOpen && !(what === "shelve" ? wantsDecision : mayDispatch)(ticket)) return;
    this.asking = isOpen ? null : { id: ticket.id, what };
    this.changed();
  }

  acknowledge(ticket) {
    return ticket.state === "new" ? this.send(ticket, "acknowledge", {}) : null;
  }

  // Beyond the cap a dispatch needs a reason, which goes along as its note.
  dispatch(ticket, note = "") {
    if (!mayDispatch(ticket)) return null;
    if (this.isCapped(ticket) && !note) {
      if (this.asking?.what !== "cap") this.ask(ticket, "cap");
      return null;
    }
    return this.send(ticket, "decision", { action: "dispatch", enterprise_id: leading(ticket)?.enterprise_id, note: note || undefined });
  }

  watch(ticket) {
    return ticket.state === "watching" || !mayDispatch(ticket) ? null : this.send(ticket, "decision", { action: "watch", minutes: WATCH_MIN });
  }

  dismiss(ticket, reason, note = "") {
    if (reason === "other" && !note) return this.fail(ticket, word("note_needed"));
    return this.send(ticket, "decision", { action: "dismiss", reason_code: reason, note: note || undefined });
  }

  // The reason by its number, as the keys 1 to 6 give it.
  dismissBy(ticket, number) {
    const reason = DISMISSALS[number - 1];
    if (!reason || this.asking?.id !== ticket.id || this.asking.what !== "dismiss") return;
    this.dismiss(ticket, reason, this.note());
  }

  undo(ticket) {
    return ticket.undo_until ? this.send(ticket, "undo", {}) : null;
  }

  shelve(ticket, note) {
    return note ? this.send(ticket, "shelve", { minutes: SHELVE_MIN, note }) : this.fail(ticket, word("reason_needed"));
  }

  note() {
    return document.querySelector("#pane input[data-key]")?.value.trim() ?? "";
  }

  async send(ticket, path, body) {
    const move = `${ticket.id} ${path}`;
    // Pressed twice.
    if (this.busy.has(move)) return;
    this.busy.add(move);
    this.trouble.delete(ticket.id);
    this.changed();
    try {
      await this.act(ticket, path, { ...body, version: ticket.version });
      // Meanwhile a person may be asked about another ticket.
      if (this.asking?.id === ticket.id) this.asking = null;
    } catch (error) {
      this.trouble.set(ticket.id, error.message);
    }
    this.busy.delete(move);
    this.changed();
  }

  fail(ticket, text) {
    this.trouble.set(ticket.id, text);
    this.changed();
  }

  buttons(ticket) {
    const advised = (action) => (wantsDecision(ticket) && ticket.recommendation.action === action ? "main" : "");
    const open = this.asking?.id === ticket.id ? this.asking.what : null;
    const row = make("div", { class: "decide" },
      ticket.state === "new" ? this.button(ticket, "acknowledge", "A", () => this.acknowledge(ticket)) : null,
      mayDispatch(ticket) ? this.button(ticket, "dispatch", "D", () => this.dispatch(ticket), advised("dispatch")) : null,
      mayDispatch(ticket) && ticket.state !== "watching" ? this.button(ticket, "watch", "W", () => this.watch(ticket), advised("watch")) : null,
      mayDispatch(ticket) ? this.button(ticket, "dismiss", "X", () => this.ask(ticket, "dismiss"), advised("dismiss")) : null,
      wantsDecision(ticket) ? this.button(ticket, "shelve", "S", () => this.ask(ticket, "shelve")) : null);
    const trouble = this.trouble.get(ticket.id);
    return make("div", {},
      this.isCapped(ticket) && mayDispatch(ticket) ? make("p", { class: "warning", text: word("cap_warning") }) : null, row,
      open === "dismiss" ? this.dismissal(ticket) : null,
      open === "cap" ? this.reasonFor(ticket, "cap_reason", "dispatch", (note) => this.dispatch(ticket, note)) : null,
      open === "shelve" ? this.reasonFor(ticket, "shelve_reason", "shelve", (note) => this.shelve(ticket, note)) : null,
      ticket.undo_until ? this.chip(ticket) : null,
      trouble ? make("p", { class: "trouble", role: "alert", text: `${word("not_done")}: ${trouble}` }) : null);
  }

  button(ticket, name, letter, press, extra = "") {
    const text = name === "watch" ? word("watch_minutes", { n: WATCH_MIN }) : word(name);
    return make("button", { type: "button", class: extra, "data-key": `${name} ${ticket.id}`, "aria-keyshortcuts": letter, onclick: press }, text, " ", make("kbd", { "aria-hidden": "true", text: letter }));
  }

  dismissal(ticket) {
    const reasons = DISMISSALS.map((reason, at) => make("button", { type: "button", "data-key": `${reason} ${ticket.id}`, onclick: () => this.dismiss(ticket, reason, this.note()) },
      make("kbd", { "aria-hidden": "true", text: String(at + 1) }), ` ${word(`reason.${reason}`)}`));
    return make("div", { class: "dismissal", role: "group", "aria-label": word("dismiss_because") }, make("span", { text: word("dismiss_because") }), ...reasons, noteField(ticket));
  }

  reasonFor(ticket, name, verb, press) {
    const go = () => press(this.note());
    const field = noteField(ticket);
    field.addEventListener("keydown", (event) => { if (event.key === "Enter") go(); });
    return make("div", { class: "dismissal" }, make("span", { text: word(name) }), field, make("button", { type: "button", "data-key": `go ${ticket.id}`, onclick: go, text: word(verb) }));
  }

  chip(ticket) {
    return make("p", { class: "chip", role: "status" }, make("span", { class: "undo-left", "data-until": ticket.undo_until }),
      make("button", { type: "button", "data-key": `undo ${ticket.id}`, "aria-keyshortcuts": "Z", onclick: () => this.undo(ticket) }, word("undo"), " ", make("kbd", { "aria-hidden": "true", text: "Z" })));
  }
}

export function mayDispatch(ticket) {
  return wantsDecision(ticket) || ticket.state === "watching";
}

function noteField(ticket) {
  return make("input", { type: "text", "data-key": `note ${ticket.id}`, "aria-label": word("note"), placeholder: word("note"), maxlength: 500 });
}
