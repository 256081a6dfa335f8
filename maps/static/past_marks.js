// What the map shows of one moment of the past: fixed sensors and places of tickets, in ink; red is kept for now.

import { make, page, word } from "./words.js";
import { Mark, markStyle } from "./shapes.js";
import { label } from "./ticket_text.js";
import { say } from "./past_words.js";

const INK = "#1b1f23";
const TIP_PX = 14;
const KINDS = ["station", "vehicle", "reference"];

// Raised sensors are black, so that nothing of the past can be taken for an alarm.
function styleOf(kind, state) {
  if (state === "silent") return markStyle(kind, "offline");
  const style = markStyle(kind, state);
  return state === "hot" || state === "breach" ? { ...style, color: INK, fillColor: state === "breach" ? INK : style.fillColor } : style;
}

export class PastMarks {
  constructor(map) {
    this.map = map;
    const pane = map.getPane("past") ?? map.createPane("past");
    pane.style.zIndex = 450;
    pane.style.pointerEvents = "none";
    this.layer = L.layerGroup();
    this.pins = L.layerGroup();
    this.renderer = L.canvas({ pane: "past", padding: 0.2 });
    this.tip = make("div", { class: "tip past-tip", hidden: true });
    map.getContainer().append(this.tip);
    this.point = (event) => this.showTip(event.containerPoint);
    this.hide = () => { this.tip.hidden = true; };
  }

  // The sensors of an answer, each where it stands.
  begin(told) {
    const kinds = new Map(page.sensors.map(([id, kind]) => [id, KINDS[kind]]));
    this.layer.clearLayers();
    this.sensors = told.sensors.map((id, at) => ({ id, kind: kinds.get(id) ?? "station", lat: told.lat[at], lon: told.lon[at], state: null }));
    for (const sensor of this.sensors) {
      if (sensor.lat === null || sensor.lon === null) continue;
      const options = { pane: "past", renderer: this.renderer, interactive: false, ...styleOf(sensor.kind, "silent") };
      sensor.mark = new Mark([sensor.lat, sensor.lon], options).addTo(this.layer);
    }
    this.layer.addTo(this.map);
    this.pins.addTo(this.map);
    this.map.on("mousemove", this.point);
    this.map.on("mouseout movestart", this.hide);
  }

  end() {
    this.map.off("mousemove", this.point);
    this.map.off("mouseout movestart", this.hide);
    this.hide();
    this.layer.clearLayers().remove();
    this.pins.clearLayers().remove();
  }

  show(frame, pollutant) {
    const raised = new Map(frame.raised.map(([at, state, by]) => [at, { state, by }]));
    const [excluded, without] = [new Set(frame.excluded), new Set(frame.without)];
    this.sensors.forEach((sensor, at) => {
      const value = frame.value[at];
      const quiet = excluded.has(at) ? "excluded" : value === null && !without.has(at) ? "silent" : "normal";
      const { state, by } = raised.get(at) ?? { state: quiet, by: pollutant };
      Object.assign(sensor, { value, by, pollutant });
      if (sensor.state === state) return;
      sensor.state = state;
      sensor.mark?.setStyle(styleOf(sensor.kind, state));
      if (raised.has(at)) sensor.mark?.bringToFront();
    });
    this.hide();
  }

  showTickets(tickets) {
    this.pins.clearLayers();
    for (const ticket of tickets) {
      if (ticket.lat === null || ticket.lon === null) continue;
      const icon = L.divIcon({ html: make("div", { class: "pin decided" }, make("b", { text: `#${label(ticket)}` })), className: "pin-anchor", iconSize: [0, 0] });
      const ring = { pane: "past", renderer: this.renderer, interactive: false, shape: "station", fillOpacity: 0, radius: 13, color: "#4b545b", weight: 2.5 };
      new Mark([ticket.lat, ticket.lon], ring).addTo(this.pins);
      L.marker([ticket.lat, ticket.lon], { icon, pane: "past", keyboard: false, interactive: false }).addTo(this.pins);
    }
  }

  showTip(at) {
    let best = null, reach = TIP_PX;
    for (const sensor of this.sensors) {
      const away = sensor.mark ? this.map.latLngToContainerPoint(sensor.mark.getLatLng()).distanceTo(at) : reach;
      if (away < reach) [best, reach] = [sensor, away];
    }
    if (!best) return this.hide();
    this.tip.replaceChildren(...tipLines(best).map((text, row) => make(row ? "span" : "b", { text })));
    this.tip.style.left = `${at.x + 14}px`;
    this.tip.style.top = `${at.y + 10}px`;
    this.tip.hidden = false;
  }
}

function tipLines({ id, kind, value, state, by, pollutant }) {
  const measured = value === null ? say("no_value") : `${value} µg/m³`;
  const raisedBy = by === pollutant ? "" : ` · ${word(`pollutant.${by}`)}`;
  const lines = [say("not_live"), `${word(`kind.${kind}`)} ${id}`];
  return state === "silent" ? [...lines, say("silent")] : [...lines, `${word(`pollutant.${pollutant}`)} ${measured}`, `${word(`state.${state}`)}${raisedBy}`];
}
