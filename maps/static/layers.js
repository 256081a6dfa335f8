// What the map shows on demand, some seconds after the page: roads where patrols met raised air, places by grade.

import { make, word } from "./words.js";
import { standingOf } from "./standings.js";
import { Tracks } from "./tracks.js";
import { Now } from "./now.js";
import { Pollutants } from "./pollutants.js";
import { Listing } from "./listing.js";

const EVERY_MS = 30000;
const BOTH_PX = 1100;
const RED = "#c00000";
const GRADES = { A: "#e9ebed", B: "#c9ced2", C: "#8f989f", D: "#525b62" };
const PLAIN = "#cfd4d8";

class Layers {
  constructor(map, ask, leading) {
    this.ask = ask;
    this.leading = leading;
    this.count = make("output", { text: "0" });
    const style = { pane: "live", renderer: L.canvas({ pane: "live" }), interactive: false, color: RED, weight: 4 };
    this.roads = L.geoJSON(null, { style: () => style, ...style, filter: (segment) => segment.properties.state === "hot" }).addTo(map);
    this.byGrade = make("input", { type: "checkbox", onchange: () => this.shadePlaces() });
    document.querySelector(".legend").append(make("p", {}, `${word("raised_roads")} `, this.count), make("label", {}, this.byGrade, ` ${word("by_grade")}`));
  }

  // While the server does not answer, no segment is shown as if it were live.
  async look() {
    const answer = await this.ask("/api/v1/roads").catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    this.told = told;
    this.roads.clearLayers();
    if (told) this.roads.addData(told);
    this.count.textContent = told ? this.roads.getLayers().length : "–";
    this.markSites();
    if (this.byGrade.checked) this.shadePlaces();
  }

  // A construction site is red while it is the likeliest source of a ticket that asks.
  markSites() {
    const leading = this.leading();
    window.geo_json_constructionsite?.eachLayer((site) => site.setStyle({ color: leading.has(site.feature.id) ? RED : "#5f686f" }));
  }

  // The worse the grade, the darker; what is not graded keeps its grey.
  shadePlaces() {
    window.geo_json_enterprise?.eachLayer((place) => {
      const grade = this.byGrade.checked ? standingOf(place.feature.id)?.grade : null;
      place.setStyle({ fillColor: GRADES[grade] ?? PLAIN });
    });
  }
}

// `leading` tells the ids of the likeliest sources of tickets that ask.
export function addLayers(zone, ask, leading) {
  document.head.append(make("link", { rel: "stylesheet", href: new URL("later.css", import.meta.url) }));
  const layers = new Layers(zone.map, ask, leading);
  const tracks = new Tracks(zone.map, ask);
  const now = new Now(ask);
  const pollutants = new Pollutants(zone, now);
  const listing = new Listing(zone, now, () => layers.told);
  const section = document.querySelector("section.map"), legend = section.querySelector(".legend");
  legend.append(...tracks.legend, ...pollutants.legend);
  // Where they have no room beside each other, to open one shuts the other: nothing with the focus is covered.
  section.classList.toggle("narrow", zone.map.getSize().x < BOTH_PX);
  if (section.matches(".narrow")) legend.name = listing.box.name = "over-map";
  section.append(pollutants.hint, listing.box);
  tracks.begin();
  layers.look();
  setInterval(() => layers.look(), EVERY_MS);
  import("./past.js").then(({ addPast }) => addPast(zone.map, ask));
}
