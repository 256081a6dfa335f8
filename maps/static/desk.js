// The live page: events in, map, list and status line out.

import { page, word, make } from "./words.js";
import { Zone } from "./zone.js";
import { TicketList, isOpen, inOrder, wantsDecision } from "./tickets.js";
import { ZoneClock, clockText } from "./clock.js";
import { connect } from "./feed.js";
import { Satellite } from "./satellite.js";
import { keepStandings } from "./standings.js";
import { ask, showWho, whoAmI } from "./session.js";

const FROZEN_MS = 10000;
const part = (id) => document.getElementById(id);

const zone = new Zone(window.map_zone, page.sensors);
const clock = new ZoneClock();
const person = await whoAmI();
const act = person && !person.may_decide ? null : decide;
const wanted = new URLSearchParams(location.search).get("ticket");
const list = part("tickets") ? new TicketList(part("tickets"), { act, wanted, chosen: () => render() }) : null;
const tickets = new Map();
let link = "connecting", due = null;

async function decide(ticket, path, body) {
  const key = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
  const answer = await ask(`${page.tickets_url}/${encodeURIComponent(ticket.id)}/${path}`, {
    method: "POST",
    headers: { "Content-Type": "application/json", "Idempotency-Key": key },
    body: JSON.stringify(body),
  });
  if (answer.ok) return;
  const problem = await answer.json().catch(() => ({}));
  throw new Error(problem.detail || problem.title || `HTTP ${answer.status}`);
}

// The last hour's index of a sensor; the tip shows it when it comes.
zone.ask = async (id) => {
  const answer = await ask(`${page.sensors_url}/${encodeURIComponent(id)}/history?minutes=1`);
  return answer.ok ? (await answer.json()).air_quality : null;
};

if (part("satellite")) new Satellite(window.map_zone, ask, part("satellite"));

function render() {
  const chosenId = list ? list.chosenId : null;
  const ordered = list ? list.render(clock.now()) : inOrder(tickets.values());
  zone.setTickets(ordered, list ? list.chosenId : chosenId);
  const asking = ordered.filter(wantsDecision);
  part("open").textContent = asking.length;
  document.title = asking.length ? `(${asking.length}) ${page.title}` : page.title;
  showRaised();
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

function showLink(state) {
  if (state === link) return;
  link = state;
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
  if (list) list.age(clock.now());
}

showWho(person);
keepStandings(async () => {
  const answer = await ask(page.standings_url);
  return answer.ok ? answer.json() : {};
}, () => soon());
connect(page.events_url, {
  refused: () => whoAmI(), // who was signed out meanwhile is led to sign in
  link: showLink,
  quiet: showAge,
  snapshot() {
    tickets.clear();
    list?.clear();
    soon();
  },
  sensor(rows) {
    for (const row of rows) zone.setSensor(row);
    clock.moved();
    soon();
  },
  ticket(ticket) {
    if (isOpen(ticket)) tickets.set(ticket.id, ticket);
    else tickets.delete(ticket.id);
    list?.set(ticket);
    soon();
  },
  heartbeat(beat) {
    clock.told(beat.clock, beat.server);
    part("online").textContent = `${beat.sensors.online}/${beat.sensors.total}`;
    part("tickets-away").hidden = beat.tickets_ok;
    showAge(0);
  },
});
