// What the server told beside a ticket, in words: who rose with it, how well sensors agree, how tickets like it ended.

import { make, page, word } from "./words.js";
import { dayText } from "./clock.js";
import { flagsText, whole } from "./ticket_text.js";
import { say } from "./later_words.js";

const HUMID = 85, LEAST_PAIRS = 60, POOR = 0.5;
const distance = (m) => (m < 1000 ? `${m} m` : `${(m / 1000).toFixed(1)} km`);

export function roseText({ near, rising, asked }) {
  if (!asked) return say(near.length ? "near_silent" : "near_none");
  const names = near.filter((one) => one.rose).map((one) => say("near_one", { id: one.sensor_id, far: distance(one.distance_m) }));
  return names.length ? say("near_rose", { n: rising, of: asked, names: names.join(say("and")) }) : say("near_quiet", { of: asked });
}

// Vehicles' passes of the leading candidates; empty where nothing of it is told.
export function passesText({ candidates }) {
  const told = candidates.filter((one) => one.passes).slice(0, 3);
  const passed = told.filter((one) => one.passes.count);
  if (!told.length) return "";
  return passed.length ? say("passes", { names: passed.map(({ name, passes }) => `${name} ${word("passes_told", passes)}`).join(say("and")) }) : say("no_passes");
}

export function agreesText({ r, pairs, moves }) {
  if (moves) return say("r_moves");
  if (r !== null) return say("r_told", { r: r.toFixed(2), n: pairs.toLocaleString("en") });
  return pairs < LEAST_PAIRS ? say("r_few", { n: pairs }) : say("r_still");
}

// From the poorest to the best of the neighbours, and by name who agrees poorly.
export function eachText({ near }) {
  const known = near.filter((one) => one.r !== null).sort((a, b) => a.r - b.r);
  if (!known.length) return "";
  const poor = known.filter((one) => one.r < POOR).map((one) => `${one.sensor_id} ${one.r.toFixed(2)}${one.excluded ? say("because", { more: word("state.excluded") }) : ""}`);
  const span = say("r_each", { n: known.length, least: known[0].r.toFixed(2), most: known.at(-1).r.toFixed(2) });
  return span + (poor.length ? say("r_poor", { names: poor.join(say("and")) }) : "");
}

export function dampText({ humidity, calibrated_days: days }) {
  const age = days === null ? "" : say("calibrated_age", { n: days });
  return [age, humidityText(humidity)].filter(Boolean).join(" · ");
}

function humidityText(humidity) {
  if (!humidity) return say("humidity_unknown");
  const by = humidity.is_own ? say("by_itself") : [humidity.measured_by, humidity.distance_m === null ? "" : distance(humidity.distance_m)].filter(Boolean).join(" ");
  return say("humidity", { value: Math.round(humidity.value_pct), by }) + (humidity.value_pct >= HUMID ? say("humid") : "");
}

export function flagsTold({ flags }) {
  const told = Object.entries(flags).map(([pollutant, names]) => `${word(`pollutant.${pollutant}`)} ${flagsText(names.join("+"))}`);
  return told.length ? say("flags", { told: told.join(" · ") }) : say("no_flags");
}

export function alikeNodes({ tickets, alike, visited, confirmed, dismissed }) {
  if (!alike) return [make("div", { class: "told", text: say("alike_none") })];
  const counted = [say("alike_count", { n: alike }), visited ? say("alike_confirmed", { n: confirmed, of: visited }) : say("alike_unvisited"), dismissed ? say("alike_dismissed", { n: dismissed }) : ""];
  return [
    make("div", { class: "told" }, make("b", { text: counted.filter(Boolean).join(" · ") })),
    make("ol", { class: "alike", "aria-label": say("alike") }, ...tickets.map((one) => make("li", {}, ...alikeLine(one)))),
  ];
}

function alikeLine(one) {
  const opened = Date.parse(one.opened_at);
  const lang = document.documentElement.lang.slice(0, 2);
  const what = one.source === "air" ? (one.pollutant ? `${word(`pollutant.${one.pollutant}`)} ${whole(one.peak)}` : "") : word(`source.${one.source}`);
  const told = [what, one.leading ?? word("unknown_source"), one.same_place ? say("same_place") : ""].filter(Boolean).join(" · ");
  return [
    make("a", { href: `/?${new URLSearchParams({ lang, ticket: one.id })}`, target: "_blank", rel: "noopener", "data-key": `alike ${one.id}`, text: `#${one.number}`, "aria-label": say("opens", { what: `#${one.number}` }) }),
    " ", make("time", { datetime: one.opened_at, text: dayText(opened) }), ` ${told} · `,
    make("b", { text: endingText(one) }),
  ];
}

function endingText({ ending: { end, measure, reason_code: reason }, state }) {
  if (end === "open") return word(`ticket.${state}`);
  const more = reason ? page.words[`reason.${reason}`] : measure && measure !== "none" ? say(`measure.${measure}`) : "";
  return say(`end.${end}`) + (more ? say("because", { more }) : "");
}
