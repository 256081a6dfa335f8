// Single keys of the desk; they can be turned off (WCAG 2.1.4), and never act while somebody writes.

const KEPT = "wugan.keys";

export class Keys {
  constructor(actions) {
    this.actions = actions;
    this.on = localStorage.getItem(KEPT) !== "off";
    document.addEventListener("keydown", (event) => this.press(event));
  }

  turn(on) {
    this.on = on;
    localStorage.setItem(KEPT, on ? "on" : "off");
  }

  press(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.repeat) return;
    const writes = event.target.closest("input, textarea, select");
    if (event.key === "Escape") {
      this.actions.Escape?.();
      if (writes) writes.blur();
      return;
    }
    if (writes || document.querySelector("dialog[open]")) return;
    const isArrow = event.key.startsWith("Arrow");
    if (isArrow && event.target.closest(".leaflet-container")) return;
    if (!this.on && !isArrow && event.key !== "Enter") return;
    if (event.key === "Enter" && event.target.closest("button, a, summary")) return;
    const action = this.actions[event.key.length === 1 ? event.key.toUpperCase() : event.key];
    if (!action) return;
    event.preventDefault();
    action();
  }
}
