// Times and ages as people read them; the zone's clock between two heartbeats.

import { page } from "./words.js";

const wall = new Intl.DateTimeFormat("en-GB", { timeZone: page.timezone, hour: "2-digit", minute: "2-digit", second: "2-digit" });

const day = new Intl.DateTimeFormat("en-CA", { timeZone: page.timezone, year: "numeric", month: "2-digit", day: "2-digit" });

export function clockText(ms) {
  return ms === null ? "–" : wall.format(new Date(ms));
}

export function dayText(ms) {
  return `${day.format(new Date(ms))} ${wall.format(new Date(ms)).slice(0, 5)}`;
}

export function ageText(ms) {
  const s = Math.max(0, Math.floor(ms / 1000));
  const two = (n) => String(n).padStart(2, "0");
  const [h, m] = [Math.floor(s / 3600), Math.floor(s / 60) % 60];
  return h ? `${h}:${two(m)}:${two(s % 60)}` : `${two(m)}:${two(s % 60)}`;
}

// A little more than a heartbeat.
const RUNS_ON_MS = 6000;

export class ZoneClock {
  constructor(ms = null) {
    // The zone clock as last told.
    this.ms = ms;
    // How far it was behind the server then.
    this.behindMs = null;
    this.movedAt = performance.now();
  }

  told(clock, server) {
    const ms = clock ? Date.parse(clock) : null;
    if (ms !== this.ms) this.movedAt = performance.now();
    this.ms = ms;
    this.behindMs = ms === null ? null : Date.parse(server) - ms;
  }

  // Data arrived: the zone clock moves, even though we are told where only with the next heartbeat.
  moved() {
    this.movedAt = performance.now();
  }

  now() {
    return this.ms === null ? null : this.ms + Math.min(performance.now() - this.movedAt, RUNS_ON_MS);
  }

  standsFor() {
    return performance.now() - this.movedAt;
  }
}
