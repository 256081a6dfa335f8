// How enterprises stand today: grade, visits of the year, white list; shown wherever an enterprise is.

import { word } from "./words.js";

const STANDINGS_MS = 300000;
const standings = new Map();

// How an enterprise stands; undefined where nothing is known.
export function standingOf(enterpriseId) {
  return standings.get(enterpriseId);
}

// Null where nothing is known, as on a still page or while the store is away.
export function standingText(enterpriseId) {
  const one = standingOf(enterpriseId);
  if (!one) return null;
  const text = word("place_standing", { grade: one.grade, used: one.visits_used, cap: one.cap, last: one.last_visit_on ?? "–" });
  return one.whitelisted ? `${text} · ${word("white_listed")}` : text;
}

// load() answers with standings by enterprise id; changed() is called when some have come.
export async function keepStandings(load, changed) {
  const told = Object.entries(await load().catch(() => ({})));
  for (const [id, one] of told) standings.set(id, one);
  if (told.length) changed();
  setTimeout(() => keepStandings(load, changed), STANDINGS_MS);
}
