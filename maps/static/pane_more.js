// What the server is asked for beside a chosen ticket: its sensor's neighbours, photographs, tickets that were alike.

import { make } from "./words.js";
import { facts } from "./pane_facts.js";
import { agreesText, alikeNodes, dampText, eachText, flagsTold, passesText, roseText } from "./pane_told.js";
import { strip } from "./pane_photos.js";
import { say } from "./later_words.js";

const FRESH_MS = 60000, AGAIN_MS = 15000;
const KEPT = 20;
const line = (text, tag = "div") => (text ? make(tag, { class: "told", text }) : null);

document.head.append(make("link", { rel: "stylesheet", href: new URL("pane.css", import.meta.url) }));

export class More {
  // `knows` says which sensors are the site's: of others there is nothing to ask.
  constructor({ ask, page, came, knows }) {
    Object.assign(this, { ask, page, came, knows });
    this.kept = new Map();
  }

  // What has come, as numbers that grow; what is not fresh any more is asked for again.
  stamp(ticket) {
    return Object.values(this.of(ticket)).map((one) => one.came);
  }

  of(ticket) {
    const held = this.kept.get(ticket.id) ?? { near: fresh(), photos: fresh(), alike: fresh() };
    this.kept.delete(ticket.id);
    this.kept.set(ticket.id, held);
    if (this.kept.size > KEPT) this.kept.delete(this.kept.keys().next().value);
    const own = `${this.page.tickets_url}/${encodeURIComponent(ticket.id)}`;
    this.keep(held.near, this.nearUrl(ticket));
    this.keep(held.photos, `${own}/photos`);
    this.keep(held.alike, `${own}/similar`);
    return held;
  }

  nearUrl({ peak }) {
    if (!peak || !this.knows(peak.sensor_id)) return null;
    return `${this.page.sensors_url}/${encodeURIComponent(peak.sensor_id)}/neighbours?${new URLSearchParams({ pollutant: peak.pollutant, at: peak.time })}`;
  }

  keep(held, url) {
    const now = performance.now();
    if (!url || (held.url === url && now < held.againAt)) return;
    if (held.url !== url) Object.assign(held, { url, text: null, told: null });
    held.againAt = now + FRESH_MS;
    this.fetch(held, url);
  }

  async fetch(held, url) {
    const before = held.text;
    try {
      const answer = await this.ask(url);
      if (!answer.ok) throw new Error(answer.status);
      const text = await answer.text();
      if (held.url !== url) return;
      if (text !== before) Object.assign(held, { text, told: JSON.parse(text) });
      held.isAway = false;
    } catch {
      if (held.url !== url) return;
      Object.assign(held, { text: "away", isAway: true, againAt: performance.now() + AGAIN_MS });
    }
    if (held.text === before) return;
    held.came += 1;
    this.came();
  }

  draw(ticket, health) {
    const { near, photos, alike } = this.of(ticket);
    const away = (held, name) => (held.isAway ? line(say("no_answer", { what: say(name) })) : null);
    const shots = strip(ticket, photos.told?.photos ?? [], alike.told?.tickets ?? []);
    return facts(ticket, health, {
      beside: [away(near, "neighbours"), near.told && line(roseText(near.told)), line(passesText(ticket)), away(photos, "photos"), shots],
      sensor: near.told ? [line(agreesText(near.told)), line(eachText(near.told), "small"), line(dampText(near.told)), line(flagsTold(near.told))] : [],
      alike: [away(alike, "alike"), ...(alike.told ? alikeNodes(alike.told) : [])],
    });
  }
}

function fresh() {
  return { url: null, told: null, text: null, came: 0, againAt: 0, isAway: false };
}
