// The chosen ticket, in the order in which it is read: what and how much, course, wind, who, why sure, advice, decision.

import { make, word } from "./words.js";
import { ageText } from "./clock.js";
import { confidenceText, durationMin, excessText, headline, label, priorityMark, reasonsText, wantsDecision } from "./ticket_text.js";
import { standingText } from "./standings.js";
import { candidateTable, compass } from "./pane_parts.js";

export class TicketPane {
  // `deciding` makes the buttons, `asked` what the server is asked for beside the ticket; a still page has neither.
  // `told` draws what speaks for the ticket and against it; a live page brings it when a ticket is first shown.
  constructor(root, { deciding = null, asked = null, told = null } = {}) {
    Object.assign(this, { root, deciding, asked, told });
    this.id = undefined;
    this.parts = new Map();
  }

  render(ticket, nowMs) {
    if ((ticket?.id ?? null) !== this.id) this.begin(ticket);
    if (!ticket) return;
    const more = this.asked?.of(ticket) ?? {};
    for (const [name, stamp, draw] of this.drawn(ticket, more, nowMs)) this.put(name, JSON.stringify(stamp), draw);
    this.age(ticket, nowMs);
  }

  begin(ticket) {
    this.id = ticket?.id ?? null;
    this.parts.clear();
    this.root.replaceChildren(...(ticket ? [] : [make("p", { class: "empty", text: word("no_ticket_chosen") })]));
  }

  // A part is made anew only when what it shows has changed: a button under the pointer stays the same button.
  put(name, stamp, draw) {
    const before = this.parts.get(name);
    if (before?.stamp === stamp) return;
    const node = draw() ?? make("div", { hidden: true });
    this.parts.set(name, { stamp, node });
    if (!before) return this.root.append(node);
    const held = before.node.contains(document.activeElement) ? document.activeElement.dataset.key : null;
    const typed = before.node.querySelector("input[data-key]")?.value ?? "";
    before.node.replaceWith(node);
    const note = node.querySelector("input[data-key]");
    if (note && typed) note.value = typed;
    if (held) node.querySelector(`[data-key="${CSS.escape(held)}"]`)?.focus({ preventScroll: true });
  }

  drawn(ticket, more, nowMs) {
    const stands = ticket.candidates.slice(0, 5).map((one) => standingText(one.enterprise_id));
    const told = [ticket.peak, ticket.confidence, ticket.event_end, durationMin(ticket, nowMs)];
    const decided = [ticket.state, ticket.version, ticket.recommendation, ticket.undo_until, ticket.shelved_until, this.deciding?.stateOf(ticket)];
    return [
      ["head", [ticket.priority, ticket.state, ticket.number], () => head(ticket)],
      ["what", told, () => what(ticket, nowMs)],
      ["spark", [ticket.peak?.sensor_id, more.courseStamp], () => (ticket.peak ? make("div", { class: "spark" }, more.course?.() ?? "") : null)],
      ["whence", [ticket.wind, ticket.candidates, stands], () => (ticket.kind === "local" ? whence(ticket, this.asked !== null) : null)],
      ["facts", [ticket, more.health, this.told?.stamp(ticket)], () => this.told?.draw(ticket, more.health)],
      ["links", [], () => (this.asked ? links(ticket) : null)],
      ["history", [ticket.history.length, ticket.id], () => (this.asked ? history(ticket, this.parts.get("history")?.node.open) : null)],
      ["decision", decided, () => make("div", { class: "decision" }, advice(ticket), this.deciding?.buttons(ticket) ?? null, make("p", { class: "hint", text: word("clue_only") }))],
    ];
  }

  // How much time is left to answer, or by how much it has passed.
  age(ticket, nowMs) {
    const left = this.parts.get("head").node.querySelector(".left");
    if (nowMs === null) return;
    const deadline = ticket.deadline ? Date.parse(ticket.deadline) : null;
    const over = deadline !== null && deadline < nowMs;
    left.textContent = deadline === null ? "" : word(over ? "overdue" : "time_left", { time: ageText(Math.abs(deadline - nowMs)) });
    left.classList.toggle("over", over);
  }
}

function head(ticket) {
  return make("header", {},
    make("h2", { id: "pane-title" }, priorityMark(ticket.priority), ` #${label(ticket)} `, make("span", { class: "state", text: word(`ticket.${ticket.state}`) })),
    make("span", { class: "left" }));
}

function what(ticket, nowMs) {
  const minutes = durationMin(ticket, nowMs);
  const lasting = minutes === null ? "" : word("lasts", { n: minutes });
  return make("p", { class: "what" }, make("b", { text: headline(ticket) }), ` ${[excessText(ticket.peak), lasting, confidenceText(ticket)].filter(Boolean).join(" · ")}`);
}

function whence(ticket, isLive) {
  return make("div", { class: "whence" }, ticket.source === "air" ? compass(ticket.wind) : null, candidateTable(ticket, isLive));
}

function advice(ticket) {
  return make("div", { class: `advice p${ticket.priority}${wantsDecision(ticket) ? "" : " decided"}` },
    make("b", { text: `${word("recommendation")}: ${word(ticket.recommendation.action)}` }),
    make("span", { text: `${word("why")}: ${reasonsText(ticket)}` }),
    ticket.rule_version ? make("small", { text: word("by_rules", { version: ticket.rule_version }) }) : null);
}

function links(ticket) {
  return make("p", { class: "links" },
    make("a", { href: `/api/v1/tickets/${encodeURIComponent(ticket.id)}/evidence`, download: "", text: word("evidence") }));
}

// Its script is asked for when somebody opens it; once open it stays so.
function history(ticket, isOpen) {
  const told = make("details", {}, make("summary", { text: word("history") }));
  const show = async () => { if (told.open && !told.querySelector("ol")) told.append((await import("./history.js")).historyList(ticket)); };
  told.addEventListener("toggle", show);
  told.open = Boolean(isOpen);
  return told;
}
