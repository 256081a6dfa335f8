// What speaks for a ticket and against it: corroboration, sensors, permits, what was found before; in that order.

import { make, word } from "./words.js";
import { dayText } from "./clock.js";
import { flagsText, inputOf, sinceText } from "./ticket_text.js";

function fact(name, ...said) {
  const told = said.filter((one) => one !== null && one !== undefined && one !== "");
  return told.length ? make("div", { class: "fact" }, make("dt", { text: name }), make("dd", {}, ...told)) : null;
}

// What clues from elsewhere say, in their own words.
function clueList(ticket) {
  const clues = ticket.clues ?? [];
  if (!clues.length) return null;
  return make("ul", { class: "clues" }, ...clues.map((clue) => make("li", {},
    make("b", { text: word(`source.${clue.source}`) }), ` ${dayText(Date.parse(clue.at))} `,
    clue.closed_at ? make("i", { text: `${word("clue_settled")} ` }) : null, make("span", { text: clue.text }))));
}

function sensorHealth(ticket, health) {
  const excluded = ticket.excluded.map((one) => `${one.sensor_id} (${flagsText(one.reason)})`).join(", ");
  const told = [];
  if (health?.calibrated_on) told.push(word("calibrated", { day: health.calibrated_on }));
  if (excluded) told.push(`${word("excluded_sensors")}: ${excluded}`);
  return told.join(" · ");
}

function permits(ticket) {
  const registered = inputOf(ticket, "registered");
  if (registered === null) return "";
  return registered === "none" ? word("no_permits") : registered.split("+").map((name) => word(`reason.${name}`)).join(" · ");
}

function before(ticket) {
  const told = /^(\d+) found, (\d+) nothing$/.exec(inputOf(ticket, "outcomes_before") ?? "");
  if (!told) return "";
  const [found, nothing] = [Number(told[1]), Number(told[2])];
  return found + nothing ? word("outcomes_before", { n: found + nothing, found }) : word("no_outcomes_before");
}

// `more` tells what the server was asked for beside the ticket, as nodes; a still page knows nothing of it.
export function facts(ticket, health, { beside = [], sensor = [], alike = [] } = {}) {
  const agree = ticket.sensors.length ? `${word("merged_count", { n: ticket.sensors.length })}: ${ticket.sensors.join(", ")}` : "";
  return make("dl", { class: "facts" },
    fact(word("corroboration"), agree, clueList(ticket), ...beside),
    fact(word("event_since"), sinceText(ticket)),
    fact(word("sensor_health"), sensorHealth(ticket, health), ...sensor),
    fact(word("permits"), permits(ticket)),
    fact(word("similar"), before(ticket), ...alike));
}
