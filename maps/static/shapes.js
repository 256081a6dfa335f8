// Sensor marks drawn on Leaflet's canvas: the shape tells the kind, the colour and outline tell the state.

const RED = "#c00000";
const INK = "#1b1f23";
const GREY = "#79828a";
const EDGE = "#4b545b";

const STATE_STYLES = {
  normal: { fillColor: GREY, fillOpacity: 1, color: EDGE, weight: 1, dashArray: null, radius: 5 },
  hot: { fillColor: GREY, fillOpacity: 1, color: RED, weight: 2.5, dashArray: null, radius: 7 },
  breach: { fillColor: RED, fillOpacity: 1, color: INK, weight: 1.5, dashArray: null, radius: 8 },
  stale: { fillColor: "#ffffff", fillOpacity: 0.35, color: EDGE, weight: 1.5, dashArray: "3 2.5", radius: 5 },
  offline: { fillColor: "#ffffff", fillOpacity: 0, color: "#8d959b", weight: 1.25, dashArray: "1.5 2.5", radius: 4 },
  excluded: { fillColor: "#f4f5f6", fillOpacity: 1, color: EDGE, weight: 1.25, dashArray: null, radius: 5 },
};

export function markStyle(kind, state) {
  const style = { ...STATE_STYLES[state], shape: kind, crossed: state === "excluded" };
  if (kind === "vehicle") {
    style.radius += 2.5;
    if (state === "normal") style.fillColor = "#3c454c";
  }
  if (kind === "reference") style.radius += 0.5;
  return style;
}

function trace(ctx, shape, x, y, r) {
  if (shape === "vehicle") {
    ctx.moveTo(x, y - r);
    ctx.lineTo(x + r, y);
    ctx.lineTo(x, y + r);
    ctx.lineTo(x - r, y);
    ctx.closePath();
  } else if (shape === "reference") {
    ctx.rect(x - r, y - r, 2 * r, 2 * r);
  } else {
    ctx.arc(x, y, r, 0, 2 * Math.PI);
  }
}

L.Canvas.include({
  _updateMark(mark) {
    if (!this._drawing || mark._empty()) return;
    const { x, y } = mark._point;
    const r = mark._radius;
    this._ctx.beginPath();
    trace(this._ctx, mark.options.shape, x, y, r);
    this._fillStroke(this._ctx, mark);
    if (!mark.options.crossed) return;
    const d = r * 0.6;
    this._ctx.beginPath();
    this._ctx.moveTo(x - d, y - d);
    this._ctx.lineTo(x + d, y + d);
    this._ctx.moveTo(x + d, y - d);
    this._ctx.lineTo(x - d, y + d);
    this._ctx.stroke();
  },
});

export const Mark = L.CircleMarker.extend({
  _updatePath() {
    this._renderer._updateMark(this);
  },
});
