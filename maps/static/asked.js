// What the server is asked for beside a chosen ticket: the last hour of its loudest sensor.

import { sparkline } from "./sparkline.js";

const FRESH_MS = 30000;

export class Asked {
  // `knows` says which sensors are the site's: of others there is nothing to ask.
  constructor({ ask, page, came, knows }) {
    this.ask = ask;
    this.page = page;
    this.came = came;
    this.knows = knows;
    this.courses = new Map();
  }

  of(ticket) {
    const course = ticket.peak && this.knows(ticket.peak.sensor_id) ? this.course(ticket.peak) : null;
    return course ? { courseStamp: course.time.at(-1) ?? null, course: () => sparkline(course), health: { calibrated_on: course.calibrated_on } } : {};
  }

  course({ sensor_id: id, pollutant }) {
    const key = `${id} ${pollutant}`;
    const held = this.courses.get(key) ?? { told: null, askedAt: -Infinity };
    this.courses.set(key, held);
    if (performance.now() - held.askedAt > FRESH_MS) {
      held.askedAt = performance.now();
      this.fetch(held, `${this.page.sensors_url}/${encodeURIComponent(id)}/history?pollutant=${encodeURIComponent(pollutant)}&minutes=60`);
    }
    return held.told;
  }

  async fetch(held, url) {
    try {
      const answer = await this.ask(url);
      if (!answer.ok) return;
      held.told = await answer.json();
      this.came();
    } catch {
      // the link's own line tells that the server is away
    }
  }
}
