// The choice of one pollutant: stations in greys by its value, with numbers; whoever is raised, by whatever, stays red.

import { make, word } from "./words.js";
import { say } from "./later_words.js";
import { markStyle } from "./shapes.js";
import { Numbers } from "./numbers.js";

const POLLUTANTS = ["pm25", "pm10", "nox", "o3"];
const GREYS = ["#f4f5f6", "#cdd2d6", "#a3abb1", "#737c83", "#3a4248"];
const STEPS = [1, 2, 3, 5, 10, 15, 20, 25, 30, 40, 50, 75, 100, 200, 500, 1000];
const REDRAW_MS = 2000;
const RAISED = new Set(["hot", "breach"]);
const name = (pollutant) => word(`pollutant.${pollutant}`);

// The greys' step: a round number, five of which reach to the greatest but a twentieth of the values.
export function stepOf(values) {
  const known = values.filter((value) => value !== null).sort((a, b) => a - b);
  const most = known[Math.floor(0.95 * (known.length - 1))] ?? 0;
  return STEPS.find((step) => step * GREYS.length >= most) ?? STEPS.at(-1);
}

export class Pollutants {
  constructor(zone, now) {
    Object.assign(this, { zone, now, step: 1 });
    this.numbers = new Numbers(() => this.labels());
    this.greys = make("ul", { class: "greys", hidden: true });
    this.radios = ["", ...POLLUTANTS].map((one) => make("input", { type: "radio", name: "pollutant", value: one, checked: !one, onchange: () => this.choose(one) }));
    this.legend = [make("fieldset", { class: "choice" }, make("legend", { text: say("pollutant") }),
      ...this.radios.map((radio) => make("label", {}, radio, radio.value ? name(radio.value) : say("all_pollutants")))), this.greys];
    this.text = make("span");
    this.hint = make("p", { class: "only", hidden: true }, this.text, make("button", { type: "button", onclick: () => this.showAll(), text: say("show_all") }));
    this.text.setAttribute("role", "status");
    const lines = zone.sensorLines.bind(zone);
    zone.sensorLines = (sensor) => [...lines(sensor), this.lineOf(sensor)];
    now.heard.push(() => this.hear());
    setInterval(() => { if (this.now.pollutant) this.draw(); }, REDRAW_MS);
  }

  choose(pollutant) {
    this.now.wanted[pollutant ? "add" : "delete"](this);
    this.now.choose(pollutant);
  }

  showAll() {
    this.radios[0].checked = true;
    this.choose("");
    this.zone.map.getContainer().focus();
  }

  hear() {
    const { pollutant, rows, away } = this.now;
    if (rows) this.step = stepOf([...rows.values()].map((row) => row.value));
    this.hint.hidden = !pollutant;
    const others = POLLUTANTS.filter((one) => one !== pollutant).map(name).join(" ");
    const text = pollutant ? say(away ? "only_away" : "only", { one: name(pollutant), others }) : "";
    if (this.text.textContent !== text) this.text.textContent = text;
    this.greys.hidden = !pollutant || !rows;
    this.greys.replaceChildren(...(rows ? GREYS.map((grey, at) => this.sample(grey, at)) : []));
    this.draw();
  }

  sample(grey, at) {
    const swatch = make("i");
    swatch.style.background = grey;
    const from = at * this.step;
    return make("li", {}, swatch, at + 1 < GREYS.length ? `${from}–${from + this.step}` : say("at_least", { from }));
  }

  draw() {
    const { map } = this.zone;
    for (const sensor of this.zone.sensors.values()) if (sensor.mark) restyle(sensor.mark, this.styleOf(sensor));
    if (!this.now.pollutant) return void this.numbers.remove();
    if (map.hasLayer(this.numbers)) this.numbers.draw();
    else this.numbers.addTo(map);
  }

  // What the stream says of a sensor that is raised or silent always wins; vehicles move on before they could be shaded.
  styleOf(sensor) {
    const usual = markStyle(sensor.kind, sensor.state);
    const row = this.now.pollutant && this.now.rows?.get(sensor.id);
    if (!row || sensor.state !== "normal" || sensor.kind === "vehicle") return usual;
    if (row.state === null) return { ...usual, fillOpacity: 0, radius: 3 };
    if (row.state === "normal" || RAISED.has(row.state)) return { ...usual, fillColor: GREYS[Math.min(Math.floor(this.valueOf(sensor, row) / this.step), GREYS.length - 1)] ?? GREYS[0] };
    return markStyle(sensor.kind, row.state);
  }

  // The stream is newer where it tells of the same pollutant.
  valueOf(sensor, row) {
    return sensor.pollutant === this.now.pollutant ? sensor.value ?? row.value : row.value;
  }

  labels() {
    const stations = [...this.zone.sensors.values()].filter((sensor) => sensor.mark && sensor.kind !== "vehicle");
    return stations.map((sensor) => this.labelOf(sensor)).filter(Boolean);
  }

  labelOf(sensor) {
    const { lat, lon, id, state, pollutant } = sensor;
    const row = this.now.rows?.get(id);
    const red = RAISED.has(state);
    const speaks = row && (row.state === "normal" || RAISED.has(row.state)) && (red || state === "normal");
    const value = speaks ? this.valueOf(sensor, row) : null;
    const cause = red && pollutant !== this.now.pollutant ? `${name(pollutant)} ${number(sensor.value)}` : null;
    const text = [value === null ? null : number(value), cause].filter(Boolean).join(" · ");
    return text && { lat, lon, text, red, value: value ?? 0 };
  }

  lineOf({ id, pollutant }) {
    const row = this.now.pollutant && this.now.pollutant !== pollutant && this.now.rows?.get(id);
    if (!row) return null;
    if (row.state === null) return `${name(this.now.pollutant)} ${say("not_measured")}`;
    return `${name(this.now.pollutant)} ${row.value ?? "–"} µg/m³ · ${word(`state.${row.state}`)}`;
  }
}

function number(value) {
  return value === null || value === undefined ? "–" : String(Math.round(value));
}

function restyle(mark, style) {
  if (Object.keys(style).some((key) => mark.options[key] !== style[key])) mark.setStyle(style);
}
