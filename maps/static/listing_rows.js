// What the map shows, as rows of tables: sensors, enterprises and sites, raised roads. A row: id, name, place, cells.

import { word } from "./words.js";
import { say } from "./later_words.js";
import { ageText } from "./clock.js";
import { standingOf } from "./standings.js";

const URGENT = ["breach", "hot", "stale", "offline", "excluded", "normal"];
const RAISED = new Set(["hot", "breach"]);
const pollutantName = (pollutant) => word(`pollutant.${pollutant}`);
const byName = (a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0);

// State and value are the stream's; of a chosen pollutant they are its own, beside whatever else is raised.
export function sensorRows(zone, now) {
  const rows = [...zone.sensors.values()].map((sensor) => {
    const row = now.rows?.get(sensor.id);
    const [state, value] = stateAndValue(sensor, now, row);
    const age = row?.age_s === undefined || row.age_s === null ? "–" : ageText(row.age_s * 1000);
    const place = sensor.lat === null ? null : [sensor.lat, sensor.lon];
    return { id: sensor.id, name: sensor.id, place, rank: URGENT.indexOf(sensor.state), cells: [word(`kind.${sensor.kind}`), state, age, value], red: RAISED.has(sensor.state) };
  });
  return rows.sort((a, b) => a.rank - b.rank || byName(a, b));
}

function stateAndValue(sensor, now, row) {
  const named = (value) => `${pollutantName(now.pollutant || (sensor.pollutant ?? "pm25"))} ${value ?? "–"}`;
  if (!now.pollutant) return [word(`state.${sensor.state}`), named(sensor.value)];
  const own = !row ? "–" : row.state === null ? say("not_measured") : word(`state.${row.state}`);
  const other = RAISED.has(sensor.state) && !RAISED.has(row?.state) ? ` · ${pollutantName(sensor.pollutant)} ${sensor.value ?? "–"} ${word(`state.${sensor.state}`)}` : "";
  return [own + other, named(row?.value)];
}

// Enterprises and construction sites, the worst grade first.
export function placeRows() {
  const layers = ["enterprise", "constructionsite"].flatMap((kind) => (window[`geo_json_${kind}`]?.getLayers() ?? []).map((layer) => [kind, layer]));
  const rows = layers.map(([kind, { feature }]) => {
    const one = standingOf(feature.id);
    const visits = one ? `${one.visits_used}/${one.cap}` : "–";
    const kinds = [word(kind === "enterprise" ? "enterprise" : "construction_site"), feature.properties.industry].filter(Boolean).join(" · ");
    const grade = one ? `${one.grade}${one.whitelisted ? ` · ${word("white_listed")}` : ""}` : "–";
    return { id: feature.id, name: feature.properties.name, feature, rank: one?.grade ?? "", cells: [kinds, grade, visits, one?.last_visit_on ?? "–"] };
  });
  return rows.sort((a, b) => (a.rank === b.rank ? byName(a, b) : a.rank > b.rank ? -1 : 1));
}

export function roadRows(told) {
  const hot = (told?.features ?? []).filter((segment) => segment.properties.state === "hot");
  return hot.map(({ id, properties, geometry }) => {
    const means = Object.entries(properties.values ?? {}).filter(([, mean]) => mean !== null);
    const [lon, lat] = geometry.coordinates[Math.floor(geometry.coordinates.length / 2)];
    return { id, name: properties.name ?? id, place: [lat, lon], red: true, cells: [id, means.map(([one, mean]) => `${pollutantName(one)} ${mean}`).join(" · ")] };
  }).sort(byName);
}

export const TABLES = {
  sensors: ["name", "kind", "state", "age", "value"],
  places: ["name", "kind", "grade", "visits", "last_visit"],
  roads: ["name", "segment", "means"],
};
