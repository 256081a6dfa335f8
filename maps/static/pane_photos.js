// Photographs of the spot as thumbnails: the ticket's own, then those of tickets that were alike; loaded when in sight.

import { make } from "./words.js";
import { dayText } from "./clock.js";
import { label } from "./ticket_text.js";
import { say } from "./later_words.js";

const MOST = 6;
let shown = { key: null, node: null };

// The same photographs stay the same nodes: a ticket that changes does not load them again.
export function strip(ticket, own, alike) {
  const shots = [...own.toReversed().map((one) => shot(ticket.id, label(ticket), one)), ...alike.flatMap((past) => past.photos.map((one) => shot(past.id, past.number, one)))].slice(0, MOST);
  const key = JSON.stringify([ticket.id, shots]);
  if (shown.key !== key) shown = { key, node: shots.length ? make("ul", { class: "photos", "aria-label": say("photos") }, ...shots.map(thumbnail)) : null };
  return shown.node;
}

function shot(ticketId, number, { id, at }) {
  const url = `/api/v1/tickets/${encodeURIComponent(ticketId)}/photos/${encodeURIComponent(id)}`;
  return { id, url, alt: say("photo_of", { n: number, at: dayText(Date.parse(at)) }) };
}

function thumbnail({ id, url, alt }) {
  const image = make("img", { src: url, alt, width: 84, height: 63, loading: "lazy", decoding: "async" });
  return make("li", {}, make("a", { href: url, target: "_blank", rel: "noopener", title: alt, "data-key": `photo ${id}` }, image));
}
