// The stand-alone page: one picture of the zone, carried inside the file.

import { page } from "./words.js";
import { Zone } from "./zone.js";
import { TicketList, wantsDecision } from "./tickets.js";
import { clockText } from "./clock.js";

const still = JSON.parse(document.getElementById("still").textContent);
const stillMs = still.clock ? Date.parse(still.clock) : null;
const stillZone = new Zone(window.map_zone, page.sensors);
const stillList = new TicketList(document.getElementById("tickets"), { chosen: showStill });

function showStill() {
  const ordered = stillList.render(stillMs);
  stillZone.setTickets(ordered, stillList.chosenId);
  document.getElementById("open").textContent = ordered.filter(wantsDecision).length;
}

for (const row of still.sensors) stillZone.setSensor(row);
for (const ticket of still.tickets) stillList.set(ticket);
document.getElementById("raised-count").textContent = stillZone.raised().length;
document.getElementById("clock").textContent = clockText(stillMs);
showStill();
