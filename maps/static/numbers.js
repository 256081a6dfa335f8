// Numbers beside stations on a canvas of their own: red ones first, then the greatest; none is drawn over another.

const [CELL_PX, HIGH_PX, MOST] = [8, 16, 600];

export const Numbers = L.Layer.extend({
  // `list` returns { lat, lon, text, value, red } of what is to be drawn.
  initialize(list) {
    this.list = list;
  },

  onAdd(map) {
    const pane = map.getPane("numbers") ?? map.createPane("numbers");
    pane.style.zIndex = 460; // above the live marks, below the pins
    pane.style.pointerEvents = "none";
    this.canvas = L.DomUtil.create("canvas", "leaflet-zoom-hide", pane);
    map.on("moveend zoomend resize", this.draw, this);
    this.draw();
  },

  onRemove(map) {
    map.off("moveend zoomend resize", this.draw, this);
    this.canvas.remove();
  },

  draw() {
    const map = this._map, size = map.getSize(), sharp = window.devicePixelRatio || 1;
    L.DomUtil.setPosition(this.canvas, map.containerPointToLayerPoint([0, 0]));
    [this.canvas.width, this.canvas.height] = [size.x * sharp, size.y * sharp];
    [this.canvas.style.width, this.canvas.style.height] = [`${size.x}px`, `${size.y}px`];
    const pen = this.canvas.getContext("2d");
    pen.scale(sharp, sharp);
    Object.assign(pen, { font: "600 14px system-ui, sans-serif", textBaseline: "middle", lineWidth: 3, lineJoin: "round", strokeStyle: "#f4f5f6" });
    const bounds = map.getBounds().pad(0.02);
    const inSight = this.list().filter(({ lat, lon }) => bounds.contains([lat, lon]));
    inSight.sort((a, b) => b.red - a.red || b.value - a.value);
    this.taken = new Set();
    this.drawn = inSight.slice(0, MOST * 4).reduce((count, one) => count + (count < MOST && this.write(pen, one)), 0);
  },

  write(pen, { lat, lon, text, red }) {
    const at = this._map.latLngToContainerPoint([lat, lon]);
    const x = at.x + 10, wide = pen.measureText(text).width + 4;
    const cells = [];
    for (let row = Math.floor((at.y - HIGH_PX / 2) / CELL_PX); row <= (at.y + HIGH_PX / 2) / CELL_PX; row += 1) {
      for (let column = Math.floor(x / CELL_PX); column <= (x + wide) / CELL_PX; column += 1) cells.push(row * 4096 + column);
    }
    if (cells.some((cell) => this.taken.has(cell))) return false;
    for (const cell of cells) this.taken.add(cell);
    pen.strokeText(text, x, at.y);
    pen.fillStyle = red ? "#c00000" : "#1b1f23";
    pen.fillText(text, x, at.y);
    return true;
  },
});
