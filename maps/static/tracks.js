// Where vehicles drove in the last hour: thin grey lines below the live marks, red where a reading was above the band.

import { make } from "./words.js";
import { say } from "./later_words.js";

const EVERY_MS = 20000;
const KEPT = "wugan.tracks";
const STYLES = { normal: { color: "#6d767d", weight: 1.5 }, hot: { color: "#c00000", weight: 3 } };

function sample(state) {
  const line = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  line.setAttribute("viewBox", "0 0 20 20");
  line.setAttribute("aria-hidden", "true");
  line.append(document.createElementNS("http://www.w3.org/2000/svg", "path"));
  line.firstChild.setAttribute("d", "M1 10h18");
  line.firstChild.setAttribute("class", `track ${state}`);
  return line;
}

export class Tracks {
  constructor(map, ask) {
    Object.assign(this, { map, ask });
    const pane = map.createPane("tracks");
    pane.style.zIndex = 440; // above places and roads, below the live marks
    pane.style.pointerEvents = "none";
    const renderer = L.canvas({ pane: "tracks" });
    this.lines = L.geoJSON(null, { pane: "tracks", renderer, interactive: false, style: (piece) => STYLES[piece.properties.state] });
    this.on = make("input", { type: "checkbox", onchange: () => this.turn() });
    this.on.checked = localStorage.getItem(KEPT) !== "off";
    this.legend = [
      make("label", {}, this.on, sample("normal"), say("tracks")),
      make("p", {}, sample("hot"), say("track_raised")),
    ];
  }

  turn() {
    localStorage.setItem(KEPT, this.on.checked ? "on" : "off");
    this.look();
  }

  begin() {
    this.look();
    setInterval(() => this.look(), EVERY_MS);
  }

  // While the server does not answer, no line is shown as if it were of now.
  async look() {
    const answer = this.on.checked ? await this.ask("/api/v1/tracks").catch(() => null) : null;
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    this.lines.clearLayers();
    if (!this.on.checked) return void this.lines.remove();
    // What is drawn last lies on top.
    if (told) this.lines.addData({ ...told, features: told.features.sort((a, b) => (a.properties.state === "hot") - (b.properties.state === "hot")) });
    this.lines.addTo(this.map);
  }
}
