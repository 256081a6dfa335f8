// The last 24 hours on the map, from the history, while list, sound and tab stay live; asked for by a button.

import { make, word } from "./words.js";
import { clockText, dayText } from "./clock.js";
import { say } from "./past_words.js";
import { PastMarks } from "./past_marks.js";
import { PastStrip } from "./past_strip.js";
import { openAt, ticketsSince } from "./past_tickets.js";

const ADDRESS = "/api/v1/map/past?minutes=1440&pollutant=";
// Of raised sensors so many are named; the others are on the map.
const NAMED = 6;

class Past {
  constructor(map, ask) {
    Object.assign(this, { map, ask, told: null, tickets: null });
    this.marks = new PastMarks(map);
    this.strip = new PastStrip({ moved: () => this.show(), chosen: () => this.choose(), leave: () => this.leave() });
    map.getContainer().before(this.strip.node);
    new ResizeObserver(() => this.place()).observe(this.strip.node);
    this.addOpener();
  }

  addOpener() {
    this.opener = make("button", { type: "button", class: "past-open", onclick: () => this.open(), text: say("open") });
    this.trouble = make("span", { class: "past-trouble", role: "alert", hidden: true });
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const box = make("div", { class: "past-opener" }, this.opener, this.trouble);
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    control.addTo(this.map);
  }

  // Null where the history does not answer; then the map goes on as it was.
  async load() {
    const answer = await this.ask(ADDRESS + this.strip.choice.value).catch(() => null);
    return answer?.ok ? answer.json().catch(() => null) : null;
  }

  async open() {
    if (this.told || this.opener.disabled) return;
    this.opener.disabled = true;
    this.opener.textContent = say("loading");
    const told = await this.load();
    this.opener.disabled = false;
    this.opener.textContent = say("open");
    const trouble = !told ? "away" : told.frames.some(hasAny) ? null : "empty";
    this.trouble.hidden = !trouble;
    this.trouble.textContent = trouble ? say(trouble) : "";
    if (!trouble) this.enter(told);
  }

  enter(told) {
    this.tickets = undefined;
    this.begin(told, told.frames.length - 1);
    this.turn(true);
    this.strip.slider.focus();
    this.addTickets(told);
  }

  begin(told, at) {
    this.told = told;
    this.strip.begin(told.frames.length, at);
    this.marks.begin(told);
    this.show();
  }

  async addTickets(told) {
    const tickets = await ticketsSince(this.ask, told.since);
    if (!this.told) return;
    this.tickets = tickets;
    this.show();
  }

  // The live layers are hidden, not stopped: they come back as they stand by then.
  turn(isPast) {
    this.strip.node.hidden = !isPast;
    this.map.getContainer().parentElement.classList.toggle("past-shown", isPast);
    this.place();
  }

  // The map stands below the strip, so that nothing of it is covered.
  place() {
    this.map.getContainer().style.top = this.told ? `${this.strip.node.offsetHeight}px` : "";
    this.map.invalidateSize({ animate: false });
  }

  leave() {
    this.strip.stop();
    this.marks.end();
    this.told = null;
    this.turn(false);
    this.opener.focus();
  }

  // Another pollutant, the same time.
  async choose() {
    const told = await this.load();
    if (!this.told) return;
    this.strip.said.textContent = told ? "" : say("no_answer");
    if (!told) {
      this.strip.choice.value = this.told.pollutant;
      return;
    }
    const shown = this.told.frames[this.strip.at].time;
    this.marks.end();
    this.begin(told, Math.max(0, told.frames.findLastIndex((frame) => frame.time <= shown)));
  }

  show() {
    const { frames, step_s: stepS, until, pollutant } = this.told;
    const frame = frames[this.strip.at];
    const begins = Date.parse(frame.time);
    const ends = Math.min(begins + stepS * 1000, Date.parse(until));
    const tickets = openAt(this.tickets ?? [], ends);
    this.marks.show(frame, pollutant);
    this.marks.showTickets(tickets);
    this.strip.show({
      iso: frame.time, time: `${dayText(begins)} – ${clockText(ends).slice(0, 5)}`, raised: frame.raised.length, names: this.named(frame),
      tickets: this.tickets ? say("tickets", { n: tickets.length }) : this.tickets === null ? say("tickets_away") : "",
    });
  }

  named({ raised, value }) {
    const worst = raised.toSorted((a, b) => (a[1] === b[1] ? 0 : a[1] === "breach" ? -1 : 1)).slice(0, NAMED);
    const told = ([at, state, by]) => `${this.told.sensors[at]} ${word(`pollutant.${by}`)}${by === this.told.pollutant ? ` ${value[at]}` : ""} ${word(`state.${state}`)}`;
    return [...worst.map(told), ...(raised.length > NAMED ? ["…"] : [])];
  }
}

function hasAny({ value, raised, excluded, without }) {
  return raised.length + excluded.length + without.length > 0 || value.some((one) => one !== null);
}

export function addPast(map, ask) {
  const style = make("link", { rel: "stylesheet", href: new URL("past.css", import.meta.url) });
  style.addEventListener("load", () => new Past(map, ask));
  document.head.append(style);
}
