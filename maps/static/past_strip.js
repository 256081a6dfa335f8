// The strip above the map while it shows the past: what time it shows, a slider, playing, the way back to now.

import { make, page, word } from "./words.js";
import { say } from "./past_words.js";

const FRAME_MS = 150;

const still = matchMedia("(prefers-reduced-motion: reduce)");

export class PastStrip {
  // moved(): another frame is chosen; chosen(): another pollutant; leave(): back to now.
  constructor({ moved, chosen, leave }) {
    this.moved = moved;
    this.playing = null;
    this.time = make("time");
    this.slider = make("input", { type: "range", min: 0, step: 1, "aria-label": say("slider"), oninput: () => { this.stop(); moved(); } });
    this.play = make("button", { type: "button", onclick: () => (this.playing ? this.stop() : this.start()) });
    this.choice = make("select", { "aria-label": say("values_of"), onchange: () => { this.stop(); chosen(); } },
      ...["pm25", "pm10", "nox", "o3"].map((name) => make("option", { value: name, text: word(`pollutant.${name}`) })));
    this.said = make("span", { role: "status" });
    this.raised = make("span", { class: "past-raised" });
    this.tickets = make("span");
    const press = (event) => {
      if (event.key !== "Escape") return;
      event.stopPropagation();
      leave();
    };
    this.node = make("section", { class: "past-strip", "aria-label": say("not_live"), hidden: true, onkeydown: press },
      make("div", { class: "past-banner" }, make("b", { text: say("not_live") }), this.time, make("button", { type: "button", class: "past-leave", onclick: leave, text: say("leave") })),
      make("div", { class: "past-moves" }, this.play, this.slider, this.choice, this.said),
      make("p", { class: "past-then" }, this.raised, this.tickets), make("p", { class: "past-key", text: say("key") }));
    still.addEventListener("change", () => this.stop());
    this.stop();
  }

  get at() {
    return Number(this.slider.value);
  }

  // So many frames; the one that is shown first.
  begin(count, at) {
    this.slider.max = count - 1;
    this.slider.value = at;
  }

  show({ iso, time, raised, names, tickets }) {
    this.time.dateTime = iso;
    this.time.textContent = `${time} (${page.timezone})`;
    this.slider.setAttribute("aria-valuetext", say("told", { time, n: raised }));
    this.raised.textContent = [say("raised", { n: raised }), ...names].join(" · ");
    this.tickets.textContent = tickets;
  }

  start() {
    const last = Number(this.slider.max);
    if (this.at === last) this.slider.value = 0;
    this.playing = setInterval(() => {
      this.slider.value = this.at + 1;
      this.moved();
      if (this.at === last) this.stop();
    }, FRAME_MS);
    this.play.textContent = say("pause");
    this.moved();
  }

  // Where less motion is wanted nothing plays by itself; the slider stays.
  stop() {
    clearInterval(this.playing);
    this.playing = null;
    this.play.hidden = still.matches;
    this.play.textContent = say("play");
  }
}
