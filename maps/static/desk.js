// The live page: events in; map, list, pane and head line out; a person's decisions back.

import { page, word, make } from "./words.js";
import { Zone } from "./zone.js";
import { TicketList, wanted } from "./ticket_list.js";
import { TicketPane } from "./ticket_pane.js";
import { isOpen, inOrder, wantsDecision } from "./ticket_text.js";
import { ZoneClock, clockText, ageText } from "./clock.js";
import { connect } from "./feed.js";
import { keepStandings } from "./standings.js";
import { ask, showWho, whoAmI } from "./session.js";
import { Asked } from "./asked.js";
import { Deciding } from "./deciding.js";
import { Tally } from "./tally.js";
import { announce, bindShift } from "./shift.js";

const FROZEN_MS = 10000;
const part = (id) => document.getElementById(id);

const zone = new Zone(window.map_zone, page.sensors);
const clock = new ZoneClock();
const person = await whoAmI();
const mayDecide = !person || person.may_decide;
const tickets = new Map();
const tally = new Tally({ ask, page });
const asked = new Asked({ ask, page, came: soon, knows: (id) => zone.sensors.has(id) });
const deciding = mayDecide ? new Deciding({ act, changed: render }) : null;
const list = part("tickets") ? new TicketList(part("tickets"), { chosen: render }) : null;
const pane = part("pane") ? new TicketPane(part("pane"), { deciding, asked }) : null;
const shift = list ? bindShift({ list, deciding, chosen: () => list.chosen }) : null;
// Told before a snapshot, and not again in it yet.
const untold = new Set();
// The first load holds what a decision needs; what speaks for it follows.
const MORE_MS = 1000;
let link = "connecting", due = null, telling = 0, sought = false, mayTell = false;
setTimeout(() => { mayTell = true; soon(); }, MORE_MS);

async function act(ticket, path, body) {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const answer = await ask(`${page.tickets_url}/${encodeURIComponent(ticket.id)}/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(body),
  });
  const told = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(told.detail || told.title || `HTTP ${answer.status}`);
  hear(told);
}

// The last hour's index of a sensor; the tip shows it when it comes.
zone.ask = async (id) => {
  const answer = await ask(`${page.sensors_url}/${encodeURIComponent(id)}/history?minutes=1`);
  if (!answer.ok) return {};
  const told = await answer.json();
  return { index: told.air_quality, silent_s: told.silent_s };
};

if (part("satellite")) import("./satellite.js").then(({ Satellite }) => new Satellite(window.map_zone, ask, part("satellite")));

function render() {
  const now = clock.now();
  const ordered = inOrder(tickets.values());
  if (list) list.render(now);
  pane?.render(list.chosen, now);
  if (mayTell && list?.chosen) tellMore();
  zone.setTickets(ordered, list ? list.chosenId : null);
  tally.show(ordered, now);
  showRaised();
}

// A page led here to a ticket that is not open any more: it is shown all the same.
async function seekWanted() {
  sought = true;
  if (tickets.has(wanted)) return;
  const answer = await ask(`${page.tickets_url}/${encodeURIComponent(wanted)}`).catch(() => null);
  if (answer?.ok) list.welcome(await answer.json());
}

// What speaks for a ticket comes soon after one is first shown; a browser remembers an address that failed.
async function tellMore() {
  if (pane.told || telling < 0) return;
  const again = telling ? `?${telling}` : "";
  telling = -telling - 1;
  try {
    const { More } = await import(`./pane_more.js${again}`);
    pane.told = new More({ ask, page, came: soon, knows: (id) => zone.sensors.has(id) });
    soon();
  } catch {
    telling = -telling;
  }
}

function showRaised() {
  const raised = zone.raised().sort((a, b) => (a.state === b.state ? a.id.localeCompare(b.id) : a.state === "breach" ? -1 : 1));
  part("raised-count").textContent = raised.length;
  if (!part("raised")) return;
  const nodes = raised.map((sensor) => make("li", { class: sensor.state },
    make("span", { text: sensor.id }), make("span", { text: `${word(`pollutant.${sensor.pollutant}`)} ${sensor.value ?? "–"}` }), make("span", { text: word(`state.${sensor.state}`) })));
  part("raised").replaceChildren(...(nodes.length ? nodes : [make("li", { class: "empty", text: word("none") })]));
}

// Many events come together: draw once.
function soon() {
  due ??= setTimeout(() => { due = null; render(); }, 20);
}

function hear(ticket) {
  const before = tickets.get(ticket.id);
  // An answer that the stream has overtaken.
  if (!untold.delete(ticket.id) && before && before.version > ticket.version) return;
  if (isOpen(ticket)) tickets.set(ticket.id, ticket);
  else tickets.delete(ticket.id);
  list?.set(ticket);
  if (!before && isOpen(ticket) && list?.begun) announce(ticket);
  tally.askSoon();
  soon();
}

function showLink(state) {
  if (state === link) return;
  link = state;
  // Cut off in the middle of a snapshot: what follows goes on from before it, or tells all anew.
  if (state === "down") untold.clear();
  part("link").textContent = word(`link_${state}`);
  part("link").className = state;
}

function showAge(quietMs) {
  const stands = Math.max(clock.standsFor(), quietMs);
  const frozen = stands > FROZEN_MS;
  document.body.classList.toggle("frozen", frozen);
  part("frozen").hidden = !frozen;
  if (frozen) part("frozen").textContent = clock.ms === null ? word("frozen_start") : word("frozen", { time: clockText(clock.ms) });
  part("clock").textContent = clockText(clock.now());
  const behind = clock.behindMs !== null && Math.abs(clock.behindMs) < 3600000 ? Math.max(0, clock.behindMs) : 0;
  part("age").textContent = clock.ms === null ? "" : `${((behind + (frozen ? stands : 0)) / 1000).toFixed(1)} s`;
  const now = clock.now();
  list?.age(now);
  pane?.render(list.chosen, now);
  tally.age(now);
  shift?.heed([...tickets.values()]);
  for (const node of document.querySelectorAll(".undo-left")) node.textContent = word("leaves_in", { time: ageText(Date.parse(node.dataset.until) - Date.now()) });
}

const leading = () => new Set([...tickets.values()].filter(wantsDecision).map((ticket) => ticket.candidates[0]?.enterprise_id));
setTimeout(async () => (await import("./layers.js")).addLayers(zone, ask, leading), 3000);
showWho(person);
keepStandings(async () => {
  const answer = await ask(page.standings_url);
  return answer.ok ? answer.json() : {};
}, soon);
tally.askSoon();
setInterval(() => tally.askToday(), 60000);
connect(page.events_url, {
  refused: () => whoAmI(), // who was signed out meanwhile is led to sign in
  link: showLink,
  quiet: showAge,
  // What was chosen stays chosen while all is told anew; a heartbeat ends it.
  snapshot() {
    for (const id of tickets.keys()) untold.add(id);
  },
  sensor(rows) {
    for (const row of rows) zone.setSensor(row);
    clock.moved();
    soon();
  },
  ticket: hear,
  heartbeat(beat) {
    for (const id of untold) {
      tickets.delete(id);
      list?.tickets.delete(id);
    }
    if (untold.size) soon();
    untold.clear();
    if (list && wanted && !sought) seekWanted();
    if (list && beat.tickets_ok && !list.begun) {
      render();
      list.begun = true;
    }
    clock.told(beat.clock, beat.server);
    part("online").textContent = `${beat.sensors.online}/${beat.sensors.total}`;
    part("tickets-away").hidden = beat.tickets_ok;
    showAge(0);
  },
});
