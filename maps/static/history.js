// What happened to a ticket, the newest first: when, what, by whom, with which reason; asked for when somebody opens it.

import { make, page, word } from "./words.js";
import { dayText } from "./clock.js";

function saidBeside(entry) {
  const reason = (name) => page.words[`reason.${name}`];
  const reasons = (entry.why ?? []).map((name) => reason(name) ?? name);
  const advised = entry.what === "recommendation" || entry.what === "opened" ? [`${word("recommendation")} ${word(entry.action)}`] : [];
  return [...advised, ...reasons, entry.note].filter(Boolean).join(" · ");
}

export function historyList(ticket) {
  return make("ol", { class: "history" }, ...ticket.history.toReversed().map((entry) => make("li", {},
    make("time", { datetime: entry.at, text: dayText(Date.parse(entry.at)) }), " ",
    make("b", { text: word(`what.${entry.what}`) }), ` ${entry.who === "system" ? word("system") : entry.who} `,
    make("span", { class: "state", text: word(`ticket.${entry.state}`) }), ` ${saidBeside(entry)}`)));
}
