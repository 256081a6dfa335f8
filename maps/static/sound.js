// A tone for each priority, every 30 s until somebody acknowledges; a browser allows none before a first gesture.

const EVERY_MS = 30000;
const MUTED_MS = 300000;
const TONES = { 1: [880, 660, 880], 2: [587, 587], 3: [392] };
const TONE_S = 0.16;

export class Sound {
  constructor({ changed }) {
    this.changed = changed;
    this.context = null;
    this.mutedUntil = 0;
    this.lastAt = new Map();
  }

  get state() {
    if (!this.context || this.context.state !== "running") return "off";
    return performance.now() < this.mutedUntil ? "muted" : "on";
  }

  // From a gesture: begins the shift, and is the test of the volume.
  async unlock() {
    this.context ??= new AudioContext();
    await this.context.resume();
    this.play(3);
    this.changed();
  }

  mute() {
    const muted = performance.now() < this.mutedUntil;
    this.mutedUntil = muted ? 0 : performance.now() + MUTED_MS;
    this.changed();
  }

  // The tickets that nobody has seen yet: the most pressing one sounds.
  heed(unseen) {
    const known = new Set(unseen.map((ticket) => ticket.id));
    for (const id of this.lastAt.keys()) if (!known.has(id)) this.lastAt.delete(id);
    const due = unseen.filter((ticket) => performance.now() - (this.lastAt.get(ticket.id) ?? -Infinity) >= EVERY_MS);
    if (!due.length || this.state !== "on") return;
    for (const ticket of due) this.lastAt.set(ticket.id, performance.now());
    this.play(Math.min(...due.map((ticket) => ticket.priority)));
  }

  play(priority) {
    (TONES[priority] ?? TONES[3]).forEach((pitch, at) => {
      const begin = this.context.currentTime + at * TONE_S * 1.3;
      const tone = this.context.createOscillator();
      const level = this.context.createGain();
      tone.frequency.value = pitch;
      level.gain.setValueAtTime(0.0001, begin);
      level.gain.exponentialRampToValueAtTime(0.2, begin + 0.02);
      level.gain.exponentialRampToValueAtTime(0.0001, begin + TONE_S);
      tone.connect(level).connect(this.context.destination);
      tone.start(begin);
      tone.stop(begin + TONE_S + 0.02);
    });
  }
}
