// The stand-alone page: one picture of the zone, carried inside the file.

import { page } from "./words.js";
import { Zone } from "./zone.js";
import { TicketList } from "./ticket_list.js";
import { TicketPane } from "./ticket_pane.js";
import { facts } from "./pane_facts.js";
import { wantsDecision } from "./ticket_text.js";
import { clockText } from "./clock.js";

const still = JSON.parse(document.getElementById("still").textContent);
const stillMs = still.clock ? Date.parse(still.clock) : null;
const stillZone = new Zone(window.map_zone, page.sensors);
const stillPane = new TicketPane(document.getElementById("pane"), { told: { stamp: () => null, draw: facts } });
const stillList = new TicketList(document.getElementById("tickets"), { chosen: showStill });

function showStill() {
  const ordered = stillList.render(stillMs);
  stillPane.render(stillList.chosen, stillMs);
  stillZone.setTickets(ordered, stillList.chosenId);
  document.getElementById("open").textContent = ordered.filter(wantsDecision).length;
}

for (const row of still.sensors) stillZone.setSensor(row);
for (const ticket of still.tickets) stillList.set(ticket);
document.getElementById("raised-count").textContent = stillZone.raised().length;
document.getElementById("clock").textContent = clockText(stillMs);
showStill();
