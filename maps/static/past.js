// The last 24 hours on the map: a slider over frames from the history, while list, sound and tab stay live.

import { make, page, word } from "./words.js";
import { clockText, dayText } from "./clock.js";
import { say } from "./past_words.js";
import { PastMarks } from "./past_marks.js";
import { openAt, ticketsSince } from "./past_tickets.js";

const ADDRESS = "/api/v1/map/past?minutes=1440&pollutant=";
const POLLUTANTS = ["pm25", "pm10", "nox", "o3"];
const FRAME_MS = 150;
// Of raised sensors so many are named; the others are on the map.
const NAMED = 6;

const still = matchMedia("(prefers-reduced-motion: reduce)");

class Past {
  constructor(map, ask) {
    Object.assign(this, { map, ask, told: null, tickets: null, playing: null });
    this.marks = new PastMarks(map);
    this.build();
    still.addEventListener("change", () => this.stop());
  }

  build() {
    this.opener = make("button", { type: "button", class: "past-open", onclick: () => this.open(), text: say("open") });
    this.trouble = make("span", { class: "past-trouble", role: "alert", hidden: true });
    const control = L.control({ position: "topleft" });
    control.onAdd = () => {
      const box = make("div", { class: "past-opener" }, this.opener, this.trouble);
      L.DomEvent.disableClickPropagation(box);
      return box;
    };
    control.addTo(this.map);
    this.time = make("time");
    this.slider = make("input", { type: "range", min: 0, step: 1, "aria-label": say("slider"), oninput: () => { this.stop(); this.show(); } });
    this.play = make("button", { type: "button", onclick: () => (this.playing ? this.stop() : this.start()) });
    this.choice = make("select", { "aria-label": say("values_of"), onchange: () => this.choose() },
      ...POLLUTANTS.map((name) => make("option", { value: name, text: word(`pollutant.${name}`) })));
    this.raised = make("span", { class: "past-raised" });
    this.count = make("span");
    this.strip = make("section", { class: "past-strip", "aria-label": say("not_live"), hidden: true, onkeydown: (event) => this.press(event) },
      make("div", { class: "past-banner" }, make("b", { text: say("not_live") }), this.time, make("button", { type: "button", class: "past-leave", onclick: () => this.leave(), text: say("leave") })),
      make("div", { class: "past-moves" }, this.play, this.slider, this.choice),
      make("p", { class: "past-then" }, this.raised, this.count), make("p", { class: "past-key", text: say("key") }));
    this.map.getContainer().before(this.strip);
    new ResizeObserver(() => this.place()).observe(this.strip);
  }

  // Null where the history does not answer; then the map goes on as it was.
  async load(pollutant) {
    const answer = await this.ask(ADDRESS + pollutant).catch(() => null);
    return answer?.ok ? answer.json().catch(() => null) : null;
  }

  async open() {
    if (this.told || this.opener.disabled) return;
    this.opener.disabled = true;
    this.opener.textContent = say("loading");
    const told = await this.load(this.choice.value);
    this.opener.disabled = false;
    this.opener.textContent = say("open");
    const trouble = !told ? "away" : told.frames.some(hasAny) ? null : "empty";
    this.trouble.hidden = !trouble;
    this.trouble.textContent = trouble ? say(trouble) : "";
    if (!trouble) this.enter(told);
  }

  enter(told) {
    this.told = told;
    this.tickets = undefined;
    this.slider.max = told.frames.length - 1;
    this.slider.value = this.slider.max;
    this.marks.begin(told);
    this.stop();
    this.show();
    this.turn(true);
    this.slider.focus();
    this.addTickets(told);
  }

  async addTickets(told) {
    const tickets = await ticketsSince(this.ask, told.since);
    if (this.told !== told) return;
    this.tickets = tickets;
    this.show();
  }

  // The live layers are hidden, not stopped: they come back as they stand by then.
  turn(isPast) {
    this.strip.hidden = !isPast;
    this.map.getContainer().parentElement.classList.toggle("past-shown", isPast);
    this.place();
  }

  // The map stands below the strip, so that nothing of it is covered.
  place() {
    this.map.getContainer().style.top = this.told ? `${this.strip.offsetHeight}px` : "";
    this.map.invalidateSize({ animate: false });
  }

  leave() {
    this.stop();
    this.marks.end();
    this.told = null;
    this.turn(false);
    this.opener.focus();
  }

  async choose() {
    this.stop();
    const told = await this.load(this.choice.value);
    if (!this.told) return;
    if (!told) {
      this.choice.value = this.told.pollutant;
      return;
    }
    const shown = this.told.frames[this.slider.value].time;
    this.told = told;
    this.slider.max = told.frames.length - 1;
    this.slider.value = Math.max(0, told.frames.findLastIndex((frame) => frame.time <= shown));
    this.marks.end();
    this.marks.begin(told);
    this.show();
  }

  start() {
    if (Number(this.slider.value) === Number(this.slider.max)) this.slider.value = 0;
    this.playing = setInterval(() => {
      this.slider.value = Number(this.slider.value) + 1;
      this.show();
      if (Number(this.slider.value) === Number(this.slider.max)) this.stop();
    }, FRAME_MS);
    this.play.textContent = say("pause");
    this.show();
  }

  // Where less motion is wanted nothing plays by itself; the slider stays.
  stop() {
    clearInterval(this.playing);
    this.playing = null;
    this.play.hidden = still.matches;
    this.play.textContent = say("play");
  }

  press(event) {
    if (event.key !== "Escape") return;
    event.stopPropagation();
    this.leave();
  }

  show() {
    const frame = this.told.frames[this.slider.value];
    const begins = Date.parse(frame.time);
    const ends = Math.min(begins + this.told.step_s * 1000, Date.parse(this.told.until));
    const time = `${dayText(begins)} – ${clockText(ends).slice(0, 5)}`;
    this.time.dateTime = frame.time;
    this.time.textContent = time;
    this.slider.setAttribute("aria-valuetext", say("told", { time, n: frame.raised.length }));
    this.marks.show(frame, this.told.pollutant);
    this.raised.textContent = [say("raised", { n: frame.raised.length }), ...this.named(frame)].join(" · ");
    const tickets = openAt(this.tickets ?? [], ends);
    this.marks.showTickets(tickets);
    this.count.textContent = this.tickets ? say("tickets", { n: tickets.length }) : this.tickets === null ? say("tickets_away") : "";
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
