// A satellite product under the map: its cells in one hue, the more the darker; chosen by hand, never alarming.

import { make, word } from "./words.js";
import { dayText } from "./clock.js";

const PALE = [239, 246, 252], DEEP = [16, 66, 122];
const EVERY_MS = 300000;

const Cells = L.Layer.extend({
  initialize(grid) {
    this.grid = grid;
    const known = grid.values.flat().filter((value) => value !== null).sort((a, b) => a - b);
    const at = (share) => known[Math.min(known.length - 1, Math.floor(share * known.length))];
    [this.least, this.most] = [at(0.05), at(0.95)];
  },

  onAdd(map) {
    const pane = map.getPane("satellite") ?? map.createPane("satellite");
    pane.style.zIndex = 300; // above tiles, below the zone's own layers
    pane.style.pointerEvents = "none";
    this.canvas = L.DomUtil.create("canvas", "satellite-cells leaflet-zoom-hide", pane);
    map.on("moveend zoomend resize", this.draw, this);
    this.draw();
  },

  onRemove(map) {
    map.off("moveend zoomend resize", this.draw, this);
    this.canvas.remove();
  },

  colour(value) {
    const share = this.most > this.least ? Math.min(1, Math.max(0, (value - this.least) / (this.most - this.least))) : 0.5;
    return `rgb(${PALE.map((pale, part) => Math.round(pale + share * (DEEP[part] - pale))).join(" ")} / 65%)`;
  },

  draw() {
    const { values, rows, columns, bounds: [west, south, east, north] } = this.grid;
    const map = this._map, size = map.getSize(), ctx = this.canvas.getContext("2d");
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    [this.canvas.width, this.canvas.height] = [size.x, size.y];
    const x = Array.from({ length: columns + 1 }, (_, at) => map.latLngToContainerPoint([north, west + (at * (east - west)) / columns]).x);
    const y = Array.from({ length: rows + 1 }, (_, at) => map.latLngToContainerPoint([north - (at * (north - south)) / rows, west]).y);
    for (let row = 0; row < rows; row += 1) {
      if (y[row + 1] < 0 || y[row] > size.y) continue;
      for (let column = 0; column < columns; column += 1) {
        const value = values[row][column];
        if (value === null || x[column + 1] < 0 || x[column] > size.x) continue;
        ctx.fillStyle = this.colour(value);
        ctx.fillRect(x[column], y[row], x[column + 1] - x[column], y[row + 1] - y[row]);
      }
    }
  },
});

// Let a person choose a product; without any there is nothing to choose, and nothing to see.
export class Satellite {
  constructor(map, ask, box) {
    Object.assign(this, { map, ask, box, url: box.dataset.url, layer: null, known: "" });
    this.choice = make("select", { "aria-label": word("satellite_layer"), onchange: () => this.show(this.choice.value) });
    this.note = make("span", { role: "status" });
    this.box.append(make("label", {}, `${word("satellite_layer")} `, this.choice), this.note);
    const control = L.control({ position: "topright" });
    control.onAdd = () => {
      L.DomEvent.disableClickPropagation(this.box);
      L.DomEvent.disableScrollPropagation(this.box);
      return this.box;
    };
    control.addTo(map);
    this.look();
    setInterval(() => this.look(), EVERY_MS);
  }

  async look() {
    const answer = await this.ask(`${this.url}?limit=30`).catch(() => null);
    if (!answer?.ok) return;
    const { grids } = await answer.json();
    const ids = grids.map((grid) => grid.grid_id).join();
    if (ids === this.known) return;
    this.known = ids;
    const held = this.choice.value;
    const named = (grid) => `${grid.product} · ${word(`quantity.${grid.quantity}`)} · ${dayText(Date.parse(grid.time))}`;
    this.choice.replaceChildren(make("option", { value: "", text: word("no_layer") }), ...grids.map((grid) => make("option", { value: grid.grid_id, text: named(grid) })));
    this.choice.value = grids.some((grid) => grid.grid_id === held) ? held : "";
    this.box.hidden = !grids.length;
  }

  async show(id) {
    this.layer?.remove();
    this.layer = null;
    this.note.textContent = "";
    if (!id) return;
    const answer = await this.ask(`${this.url}/${encodeURIComponent(id)}`).catch(() => null);
    if (!answer?.ok || this.choice.value !== id) return;
    const grid = await answer.json();
    this.layer = new Cells(grid).addTo(this.map);
    const number = (value) => Number(value.toPrecision(3));
    this.note.textContent = `${number(this.layer.least)} – ${number(this.layer.most)} ${grid.unit}`;
  }
}
