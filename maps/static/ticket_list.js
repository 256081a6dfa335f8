// The list of clue tickets: by priority, then age. A new one never moves the row that is chosen or pointed at.

import { make, word } from "./words.js";
import { ageText } from "./clock.js";
import { excessText, headline, inOrder, isOpen, label, leader, priorityMark, reasonsText, wantsDecision } from "./ticket_text.js";

// A page may lead here to one ticket.
export const wanted = new URLSearchParams(location.search).get("ticket");

export class TicketList {
  constructor(root, { chosen }) {
    this.root = root;
    this.onChosen = chosen;
    this.tickets = new Map();
    this.rows = new Map();
    this.chosenId = wanted;
    this.pointedId = null;
    this.sought = "";
    // What was told at the start has not just arrived.
    this.begun = false;
    this.bar = document.getElementById("arrivals");
    this.bar?.addEventListener("click", () => this.toTop());
    root.parentElement.addEventListener("scroll", () => this.showArrivals(), { passive: true });
    root.addEventListener("mouseleave", () => { this.pointedId = null; });
    this.above = new Set();
  }

  set(ticket) {
    if (isOpen(ticket)) this.tickets.set(ticket.id, ticket);
    else this.tickets.delete(ticket.id);
  }

  // A settled ticket that a page led here to: shown, though nothing is left to do.
  welcome(ticket) {
    if (isOpen(ticket)) return;
    this.guest = ticket;
    this.choose(ticket.id);
  }

  get(id) {
    return this.tickets.get(id) ?? (this.guest?.id === id ? this.guest : null);
  }

  get chosen() {
    return this.get(this.chosenId);
  }

  ordered() {
    return inOrder(this.guest && !this.tickets.has(this.guest.id) ? [...this.tickets.values(), this.guest] : this.tickets.values());
  }

  shown() {
    return this.ordered().filter((ticket) => !this.sought || textOf(ticket).includes(this.sought));
  }

  seek(text) {
    this.sought = text.trim().toLowerCase();
    this.onChosen();
  }

  choose(id) {
    this.chosenId = id;
    this.onChosen();
    this.rows.get(id)?.node.scrollIntoView({ block: "nearest" });
  }

  move(step) {
    const shown = this.shown();
    const at = shown.findIndex((ticket) => ticket.id === this.chosenId);
    const next = shown[Math.min(Math.max(at + step, 0), shown.length - 1)];
    if (next) this.choose(next.id);
  }

  render(nowMs) {
    const shown = this.shown();
    if (shown.length && !shown.some((ticket) => ticket.id === this.chosenId)) this.chosenId = shown[Math.min(this.lastAt ?? 0, shown.length - 1)]?.id ?? null;
    this.lastAt = Math.max(shown.findIndex((ticket) => ticket.id === this.chosenId), 0);
    const before = new Set(this.rows.keys());
    const nodes = shown.map((ticket) => this.row(ticket));
    for (const id of this.rows.keys()) if (!this.get(id)) this.rows.delete(id);
    if (!nodes.length) nodes.push(make("li", { class: "empty", role: "option", "aria-disabled": "true", text: word(this.sought ? "nothing_found" : "no_tickets") }));
    if (nodes.some((node, at) => this.root.children[at] !== node) || nodes.length !== this.root.children.length) this.put(nodes, before);
    if (shown.some((ticket) => ticket.id === this.chosenId)) this.root.setAttribute("aria-activedescendant", `ticket-${this.chosenId}`);
    else this.root.removeAttribute("aria-activedescendant");
    this.age(nowMs);
    return shown;
  }

  // Put rows so that the one that is pointed at, or chosen, stays where it is on the screen.
  put(nodes, before) {
    const scroller = this.root.parentElement;
    const held = this.rows.get(this.pointedId)?.node ?? this.rows.get(this.chosenId)?.node;
    const stood = held?.isConnected ? held.getBoundingClientRect().top : null;
    const refocus = this.root.contains(document.activeElement) ? document.activeElement : null;
    this.root.replaceChildren(...nodes);
    refocus?.focus({ preventScroll: true });
    if (stood !== null && held.isConnected) {
      const moved = held.getBoundingClientRect().top - stood;
      const content = this.root.offsetHeight - this.spare;
      this.spare = Math.max(0, scroller.scrollTop + moved + scroller.clientHeight - content);
      scroller.scrollTop += moved;
    }
    for (const id of this.rows.keys()) if (!before.has(id) && this.begun) this.above.add(id);
    this.showArrivals();
  }

  get spare() {
    return parseFloat(this.root.style.paddingBottom) || 0;
  }

  set spare(px) {
    this.root.style.paddingBottom = px ? `${Math.ceil(px)}px` : "";
  }

  toTop() {
    this.root.parentElement.scrollTop = 0;
    this.above.clear();
    this.showArrivals();
  }

  // How many that arrived stand above what is in view.
  showArrivals() {
    if (!this.bar) return;
    const top = this.root.parentElement.getBoundingClientRect().top;
    for (const id of this.above) {
      const node = this.rows.get(id)?.node;
      if (!node?.isConnected || node.getBoundingClientRect().bottom > top + 8) this.above.delete(id);
    }
    this.bar.hidden = !this.above.size;
    if (this.above.size) this.bar.textContent = word("arrivals", { n: this.above.size });
    if (!this.root.parentElement.scrollTop) this.spare = 0;
  }

  age(nowMs) {
    if (nowMs === null) return;
    for (const [id, { time }] of this.rows) {
      const ticket = this.get(id);
      if (ticket) time.textContent = ageText(nowMs - Date.parse(ticket.opened_at));
    }
  }

  // A row is made anew only when what it shows has changed.
  row(ticket) {
    const chosen = ticket.id === this.chosenId;
    const shown = JSON.stringify([ticket, chosen]);
    const before = this.rows.get(ticket.id);
    if (before?.shown === shown) return before.node;
    const time = before?.time ?? make("time", { datetime: ticket.opened_at });
    const asks = wantsDecision(ticket);
    const arrived = before || !this.begun ? "" : " arrived";
    const node = make("li", {
      id: `ticket-${ticket.id}`, role: "option", "aria-selected": String(chosen),
      class: `ticket p${ticket.priority}${asks ? "" : " decided"}${ticket.shelved_until ? " shelved" : ""}${chosen ? " chosen" : ""}${arrived}`,
      onclick: () => this.choose(ticket.id), onmouseenter: () => { this.pointedId = ticket.id; },
    }, ...rowLines(ticket, time));
    this.rows.set(ticket.id, { node, shown, time });
    before?.node.replaceWith(node);
    return node;
  }
}

function rowLines(ticket, time) {
  const state = ticket.shelved_until ? word("shelved") : word(`ticket.${ticket.state}`);
  return [
    make("span", { class: "line" }, priorityMark(ticket.priority), make("b", { class: "title", text: headline(ticket) }), time),
    make("span", { class: "sub", text: excessText(ticket.peak) }),
    make("span", { class: "sub" }, make("span", { class: "no", text: `#${label(ticket)}` }), " ", make("span", { class: "state", text: state }), " ", leader(ticket)),
    make("span", { class: "sub" }, make("b", { text: `${word("recommendation")} ${word(ticket.recommendation.action)}` }), ` · ${reasonsText(ticket)}`),
  ];
}

function textOf(ticket) {
  const names = ticket.candidates.slice(0, 5).map((one) => `${one.name} ${one.enterprise_id}`);
  return [`#${label(ticket)}`, headline(ticket), ...ticket.sensors, ...names, leader(ticket)].join(" ").toLowerCase();
}
