// The map as tables, for who can't see it or would rather read: shut until somebody opens it, filtered, bounded.

import { make } from "./words.js";
import { say } from "./later_words.js";
import { clockText } from "./clock.js";
import { TABLES, placeRows, roadRows, sensorRows } from "./listing_rows.js";

const MOST = 200;
const REDRAW_MS = 5000;
const WAIT_MS = 150;
const CLOSE_ZOOM = 15;
const MOVES = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

export class Listing {
  constructor(zone, now, roads) {
    Object.assign(this, { zone, now, shown: "sensors", rows: [], order: "" });
    this.sources = { sensors: () => sensorRows(zone, now), places: placeRows, roads: () => roadRows(roads()) };
    this.seek = make("input", { type: "search", "aria-label": say("search_listing"), placeholder: say("search_listing"), oninput: () => this.soon() });
    this.tabs = Object.keys(TABLES).map((table) => make("button", { type: "button", "aria-pressed": String(table === this.shown), onclick: () => this.choose(table), text: say(table) }));
    this.count = make("p", { role: "status" });
    [this.head, this.body] = [make("tr"), make("tbody", { onkeydown: (event) => this.walk(event) })];
    this.table = make("table", { "aria-label": say(this.shown) }, make("thead", {}, this.head), this.body);
    this.box = make("details", { class: "listing", ontoggle: () => this.turn() }, make("summary", { text: say("listing") }),
      make("div", { class: "choose" }, ...this.tabs, this.seek), this.count, make("div", { class: "rows" }, this.table));
    now.heard.push(() => this.draw());
    setInterval(() => this.draw(), REDRAW_MS);
    this.drawHead();
  }

  turn() {
    this.now.want(this, this.box.open);
    this.draw();
  }

  choose(table) {
    this.shown = table;
    this.tabs.forEach((tab, at) => tab.setAttribute("aria-pressed", String(Object.keys(TABLES)[at] === table)));
    this.table.setAttribute("aria-label", say(table));
    this.drawHead();
    this.draw(true);
  }

  soon() {
    clearTimeout(this.due);
    this.due = setTimeout(() => this.draw(true), WAIT_MS);
  }

  drawHead() {
    this.head.replaceChildren(...TABLES[this.shown].map((column) => make("th", { scope: "col", text: say(column) })));
  }

  found() {
    const asked = this.seek.value.trim().toLowerCase();
    const rows = this.sources[this.shown]();
    return asked ? rows.filter(({ name, id, cells }) => [name, id, ...cells].some((text) => text.toLowerCase().includes(asked))) : rows;
  }

  // Nothing moves under a reader: while a row holds the focus, what changed is written into the rows that stand.
  draw(anew = false) {
    if (!this.box.open) return;
    const found = this.found();
    const held = !anew && this.body.contains(document.activeElement);
    const byId = new Map(found.map((row) => [row.id, row]));
    const rows = held ? this.rows.map((row) => byId.get(row.id) ?? row) : found.slice(0, MOST);
    const order = rows.map((row) => row.id).join("\n");
    if (held || order === this.order) rows.forEach((row, at) => this.rewrite(this.body.rows[at], row));
    else this.body.replaceChildren(...rows.map((row, at) => this.rowOf(row, at)));
    Object.assign(this, { rows, order });
    this.tell(found.length, rows.length);
  }

  tell(found, shown) {
    const far = found > shown ? say("more", { shown, n: found - shown }) : found ? say("shown_of", { n: found }) : say("no_match");
    const clock = this.now.clock && say("as_of", { time: clockText(Date.parse(this.now.clock)) });
    const when = this.shown !== "sensors" ? null : this.now.away ? say("ages_away") : clock;
    this.put(this.count, [far, when].filter(Boolean).join(" · "));
  }

  rowOf(row, at) {
    const button = make("button", { type: "button", tabindex: at ? -1 : 0, text: row.name, onclick: () => this.show(this.rows[button.closest("tr").rowIndex - 1]) });
    return make("tr", { class: row.red ? "red" : null }, make("th", { scope: "row" }, button), ...row.cells.map((text) => make("td", { text })));
  }

  rewrite(node, row) {
    node.className = row.red ? "red" : "";
    row.cells.forEach((text, at) => this.put(node.cells[at + 1], text));
  }

  put(node, text) {
    if (node.textContent !== text) node.textContent = text;
  }

  // Keys walk from row to row; the desk's own keys rest meanwhile.
  walk(event) {
    if (!(event.key in MOVES)) return;
    event.preventDefault();
    event.stopPropagation();
    const buttons = [...this.body.querySelectorAll("button")];
    const to = Math.min(Math.max(buttons.indexOf(event.target) + MOVES[event.key], 0), buttons.length - 1);
    for (const button of buttons) button.tabIndex = button === buttons[to] ? 0 : -1;
    buttons[to].focus();
  }

  // Bring a row's place into sight above the list, with its tip.
  show({ place, feature, id }) {
    const { map } = this.zone;
    const at = feature ? L.geoJSON(feature).getBounds().getCenter() : place && L.latLng(place);
    if (!at) return;
    const zoom = Math.max(map.getZoom(), CLOSE_ZOOM);
    map.setView(map.unproject(map.project(at, zoom).add([0, map.getSize().y / 4]), zoom), zoom, { animate: false });
    this.zone.place = feature ? { id, ...feature.properties } : null;
    this.zone.point(map.latLngToContainerPoint(at));
    this.zone.place = null;
  }
}
