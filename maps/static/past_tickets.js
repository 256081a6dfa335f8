// Which tickets stood open at a moment of the past, by their own history.

import { page } from "./words.js";

const DONE = new Set(["closed", "dismissed", "merged"]);
const OPEN = ["new", "acknowledged", "dispatched", "on_site", "watching"];
const MOST = 200;

// Tickets that changed since a moment, and those that stand open; null while the store does not answer.
export async function ticketsSince(ask, since) {
  const asked = [`since=${encodeURIComponent(since)}`, OPEN.map((state) => `state=${state}`).join("&")];
  try {
    const answers = await Promise.all(asked.map((query) => ask(`${page.tickets_url}?${query}&limit=${MOST}`)));
    if (!answers.every((answer) => answer.ok)) return null;
    const pages = await Promise.all(answers.map((answer) => answer.json()));
    return [...new Map(pages.flatMap((one) => one.tickets).map((ticket) => [ticket.id, ticket])).values()];
  } catch {
    return null;
  }
}

// A ticket is in the state of its last change until then.
export function openAt(tickets, ms) {
  return tickets.filter((ticket) => {
    const last = ticket.history.findLast((entry) => Date.parse(entry.at) <= ms);
    return last && !DONE.has(last.state);
  });
}
