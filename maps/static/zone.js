// The map's living part: sensors, the places of open tickets, candidates of the chosen one, a tip under the pointer.

import { make, word } from "./words.js";
import { ageText } from "./clock.js";
import { standingText } from "./standings.js";
import { Mark, markStyle } from "./shapes.js";
import { label, peakText, priorityMark, wantsDecision } from "./ticket_text.js";

const TIP_PX = 14;
// A pointer that only passes by asks nothing.
const REST_MS = 250;
const INDEX_MS = 60000;
const [UPWIND_M, WINDY_MS, DEGREE_M, RADIAN] = [1500, 2, 111320, Math.PI / 180];
const PINS = { 1: "#c00000", 2: "#dba400", 3: "#1f5fbf" };
// By the numbers of the page.
const KINDS = ["station", "vehicle", "reference"];
const ON_TOP = new Set(["hot", "breach"]);

export class Zone {
  constructor(map, registry) {
    this.map = map;
    this.sensors = new Map();
    // (sensor id) → its index of the hour; none on a still page.
    this.ask = null;
    this.pins = L.layerGroup().addTo(map);
    this.renderer = L.canvas({ pane: "live", padding: 0.2 });
    for (const [id, kind, lon, lat] of registry) this.sensors.set(id, { id, kind: KINDS[kind], lon, lat, state: "offline", mark: null });
    this.tip = make("div", { class: "tip", hidden: true });
    map.getContainer().append(this.tip);
    map.attributionControl.setPrefix("Leaflet");
    map.setMaxZoom(19);
    L.control.scale({ imperial: false }).addTo(map);
    for (const way of ["in", "out"]) {
      const button = map.getContainer().querySelector(`.leaflet-control-zoom-${way}`);
      if (button) button.title = button.ariaLabel = word(`zoom.${way}`);
    }
    const legend = document.querySelector(".legend");
    if (legend && map.getSize().x < 1100) legend.open = false;
    map.on("mousemove", (event) => this.point(event.containerPoint));
    map.on("mouseout movestart", () => this.hideTip());
    this.bindPlaces();
    for (const sensor of this.sensors.values()) this.draw(sensor);
  }

  bindPlaces() {
    for (const name of ["enterprise", "constructionsite", "roads"]) {
      const layer = window[`geo_json_${name}`];
      if (!layer) continue;
      layer.on("mouseover", (event) => { this.place = { id: event.layer.feature.id, ...event.layer.feature.properties }; });
      layer.on("mouseout", () => { this.place = null; });
    }
  }

  // One row of a `sensor` event: [id, value, state, lon, lat, pollutant].
  setSensor([id, value, state, lon = null, lat = null, pollutant = "pm25"]) {
    const sensor = this.sensors.get(id);
    if (!sensor) return;
    const shown = sensor.state;
    Object.assign(sensor, { value, state, pollutant });
    if (lon !== null && lat !== null) Object.assign(sensor, { lon, lat });
    this.draw(sensor, shown !== state);
  }

  draw(sensor, restyle = true) {
    if (sensor.lon === null || sensor.lat === null) return;
    if (!sensor.mark) {
      const options = { renderer: this.renderer, pane: "live", interactive: false, ...markStyle(sensor.kind, sensor.state) };
      sensor.mark = new Mark([sensor.lat, sensor.lon], options).addTo(this.map);
      return;
    }
    if (sensor.kind === "vehicle") sensor.mark.setLatLng([sensor.lat, sensor.lon]);
    if (!restyle) return;
    sensor.mark.setStyle(markStyle(sensor.kind, sensor.state));
    if (ON_TOP.has(sensor.state)) sensor.mark.bringToFront();
  }

  raised() {
    return [...this.sensors.values()].filter((sensor) => ON_TOP.has(sensor.state));
  }

  // Tickets in the order of the list; the chosen one shows its candidates.
  setTickets(tickets, chosenId) {
    this.pins.clearLayers();
    for (const ticket of tickets) {
      if (ticket.lat === null || ticket.lon === null) continue;
      if (ticket.id === chosenId) this.addUpwind(ticket);
      if (ticket.id === chosenId) this.addCandidates(ticket);
      this.addPin(ticket, ticket.id === chosenId);
    }
  }

  addPin(ticket, chosen) {
    const place = [ticket.lat, ticket.lon];
    const asks = wantsDecision(ticket);
    const style = { pane: "live", renderer: this.renderer, interactive: false, shape: "station", fillOpacity: 0 };
    new Mark(place, { ...style, radius: 13, color: asks ? PINS[ticket.priority] : "#4b545b", weight: chosen ? 3.5 : 2.5 }).addTo(this.pins);
    const tag = make("div", { class: `pin p${ticket.priority}${asks ? "" : " decided"}${chosen ? " chosen" : ""}` },
      priorityMark(ticket.priority), make("b", { text: `#${label(ticket)}` }), make("span", { text: peakText(ticket) }));
    const icon = L.divIcon({ html: tag, className: "pin-anchor", iconSize: [0, 0] });
    L.marker(place, { icon, keyboard: false, interactive: false, zIndexOffset: chosen ? 1000 : asks ? 500 : 0 }).addTo(this.pins);
  }

  // The air came from there: a wedge upwind of the loudest sensor, as wide as the wind is unsure; none in calm air.
  addUpwind(ticket) {
    const { wind, peak } = ticket;
    if (ticket.kind !== "local" || !peak || !wind || wind.calm || wind.from_deg === null) return;
    const sensor = this.sensors.get(peak.sensor_id);
    const [lat, lon] = sensor && sensor.lat !== null ? [sensor.lat, sensor.lon] : [ticket.lat, ticket.lon];
    const half = wind.speed_ms >= WINDY_MS ? 22.5 : 35;
    const edge = Array.from({ length: 13 }, (_, at) => wind.from_deg - half + (2 * half * at) / 12).map((degrees) => {
      const [north, east] = [Math.cos(degrees * RADIAN) * UPWIND_M, Math.sin(degrees * RADIAN) * UPWIND_M];
      return [lat + north / DEGREE_M, lon + east / (DEGREE_M * Math.cos(lat * RADIAN))];
    });
    L.polygon([[lat, lon], ...edge], { renderer: this.renderer, pane: "live", interactive: false, color: "#1b1f23", weight: 1.25, dashArray: "5 4", fillColor: "#1b1f23", fillOpacity: 0.07 }).addTo(this.pins);
  }

  addCandidates(ticket) {
    ticket.candidates.slice(0, 3).forEach((candidate, index) => {
      const centre = this.centreOf(candidate.enterprise_id);
      if (!centre) return;
      const icon = L.divIcon({ html: make("div", { class: "candidate", text: index + 1 }), className: "pin-anchor", iconSize: [0, 0] });
      L.marker(centre, { icon, keyboard: false, interactive: false }).addTo(this.pins);
    });
  }

  centreOf(enterpriseId) {
    for (const name of ["enterprise", "constructionsite"]) {
      const found = window[`geo_json_${name}`]?.getLayers().find((layer) => layer.feature.id === enterpriseId);
      if (found) return found.getBounds().getCenter();
    }
    return null;
  }

  nearest(at) {
    let best = null, reach = TIP_PX;
    for (const sensor of this.sensors.values()) {
      if (!sensor.mark) continue;
      const away = this.map.latLngToContainerPoint(sensor.mark.getLatLng()).distanceTo(at);
      if (away < reach) [best, reach] = [sensor, away];
    }
    return best;
  }

  point(at) {
    const sensor = this.nearest(at);
    this.rest(sensor, at);
    const lines = sensor ? this.sensorLines(sensor) : this.place ? [this.place.name, this.place.industry, standingText(this.place.id)] : [];
    if (!lines.length) return this.hideTip();
    this.tip.replaceChildren(...lines.filter(Boolean).map((text, row) => make(row ? "span" : "b", { text })));
    this.tip.style.left = `${at.x + 14}px`;
    this.tip.style.top = `${at.y + 10}px`;
    this.tip.hidden = false;
  }

  sensorLines(sensor) {
    const value = sensor.value === null || sensor.value === undefined ? "–" : `${sensor.value} µg/m³`;
    const measured = `${word(`pollutant.${sensor.pollutant ?? "pm25"}`)} ${value}`;
    return [`${word(`kind.${sensor.kind}`)} ${sensor.id}`, measured, word(`state.${sensor.state}`), ageOf(sensor), indexText(sensor.index)];
  }

  rest(sensor, at) {
    clearTimeout(this.resting);
    if (!sensor || !this.ask || Date.now() - (sensor.askedMs ?? 0) < INDEX_MS) return;
    this.resting = setTimeout(async () => {
      sensor.askedMs = Date.now();
      Object.assign(sensor, await this.ask(sensor.id).catch(() => ({})));
      if (!this.tip.hidden && this.nearest(at) === sensor) this.point(at);
    }, REST_MS);
  }

  hideTip() {
    clearTimeout(this.resting);
    this.tip.hidden = true;
  }
}

// For how long a sensor has been silent, where that is worth telling.
function ageOf({ state, silent_s: silent }) {
  return (state === "stale" || state === "offline") && silent ? word("silent_for", { time: ageText(silent * 1000) }) : null;
}

// "AQI 132 · PM10" where it may be told, else the greatest individual index.
function indexText(index) {
  if (!index || !index.leads.length) return null;
  const name = index.aqi === null ? "IAQI" : "AQI";
  const led = index.leads.map((one) => word(`pollutant.${one}`)).join(" ");
  return word("hour_index", { name, value: index.aqi ?? index.iaqi[index.leads[0]], led });
}
