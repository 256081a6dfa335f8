// All sensors in short, asked for while a layer or a list wants them; of one pollutant where one is chosen.

const EVERY_MS = 20000;
const ADDRESS = "/api/v1/map/now";

export class Now {
  constructor(ask) {
    this.ask = ask;
    this.wanted = new Set();
    this.heard = [];
    this.pollutant = "";
    this.forget();
    setInterval(() => this.look(), EVERY_MS);
  }

  forget() {
    // (sensor id) → { value, state, age_s, pollutant }; null: not known.
    this.rows = null;
    this.clock = null;
    this.away = false;
  }

  want(who, on) {
    if (on) this.wanted.add(who);
    else this.wanted.delete(who);
    return this.look();
  }

  choose(pollutant) {
    this.pollutant = pollutant;
    this.forget();
    this.tell();
    return this.look();
  }

  tell() {
    for (const hear of this.heard) hear();
  }

  // While the server does not answer nothing is known: no old value is shown as if it were of now.
  async look() {
    if (!this.wanted.size) return;
    const asked = this.pollutant;
    const answer = await this.ask(asked ? `${ADDRESS}?pollutant=${asked}` : ADDRESS).catch(() => null);
    const told = answer?.ok ? await answer.json().catch(() => null) : null;
    if (asked !== this.pollutant) return;
    this.rows = told && new Map(told.sensors.map(([id, value, state, age_s, pollutant = asked]) => [id, { value, state, age_s, pollutant }]));
    this.clock = told?.clock ?? null;
    this.away = !told;
    this.tell();
  }
}
