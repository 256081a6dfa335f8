// The figures of the head line: what asks, the oldest of it, the shift's decisions today, what is shelved.

import { word } from "./words.js";
import { ageText } from "./clock.js";
import { tabText, wantsDecision } from "./ticket_text.js";

const part = (id) => document.getElementById(id);

export class Tally {
  constructor({ ask, page }) {
    this.ask = ask;
    this.page = page;
    this.soon = null;
    this.asking = [];
  }

  show(tickets, nowMs) {
    this.asking = tickets.filter((ticket) => wantsDecision(ticket) && !ticket.shelved_until);
    part("open").textContent = this.asking.length;
    document.title = tabText(this.asking) + this.page.title;
    if (part("shelved")) part("shelved").textContent = tickets.filter((ticket) => ticket.shelved_until).length;
    this.age(nowMs);
  }

  age(nowMs) {
    if (!part("oldest") || nowMs === null) return;
    const first = Math.min(...this.asking.map((ticket) => Date.parse(ticket.opened_at)));
    part("oldest").textContent = this.asking.length ? ageText(nowMs - first) : "–";
  }

  // Many events come together: ask once.
  askSoon() {
    this.soon ??= setTimeout(() => { this.soon = null; this.askToday(); }, 800);
  }

  async askToday() {
    if (!part("today")) return;
    try {
      const answer = await this.ask(this.page.shift_url);
      if (!answer.ok) return;
      const today = await answer.json();
      part("today").textContent = `${today.dispatched} / ${today.dismissed} / ${today.watched}`;
      part("an-hour").textContent = word("of_target", { n: today.opened_last_hour, most: today.target_an_hour });
      part("an-hour").classList.toggle("over", today.opened_last_hour > today.target_an_hour);
    } catch {
      // the link's own line tells that the server is away
    }
  }
}
