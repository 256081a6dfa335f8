// Notices of the browser, on request: a new ticket of priority 1 while the desk's tab is out of sight; no name, no place.

import { make, word } from "./words.js";
import { excessText, label, peakText } from "./ticket_text.js";
import { say } from "./later_words.js";

const KEPT = "wugan.notify";
const shown = new Set();
const able = () => "Notification" in window && window.isSecureContext;

const state = () => (able() ? Notification.permission : "unsupported");
const isOn = () => state() === "granted" && localStorage.getItem(KEPT) === "on";

// The switch, below the keys of the help; a browser is asked only by its gesture.
export function offer(help) {
  if (document.getElementById("notify-on")) return;
  const told = make("span", { id: "notify-told", role: "status" });
  const on = make("input", { type: "checkbox", id: "notify-on", "aria-describedby": "notify-told" });
  const show = () => {
    on.checked = isOn();
    on.disabled = !able();
    told.textContent = { denied: say("notify_denied"), unsupported: say("notify_unsupported") }[state()] ?? "";
  };
  on.addEventListener("change", async () => {
    localStorage.setItem(KEPT, on.checked ? "on" : "off");
    if (on.checked && state() === "default") await Notification.requestPermission();
    show();
  });
  show();
  help.querySelector("form > p").before(make("p", {}, make("label", {}, on, ` ${say("notify")}`), " ", told));
}

export function notify(ticket) {
  if (!isOn() || !document.hidden) return;
  try {
    const body = `${peakText(ticket)} ${excessText(ticket.peak)}`.trim();
    const notice = new Notification(`■ ${word("priority")} ${ticket.priority} #${label(ticket)}`, { body, tag: ticket.id, lang: document.documentElement.lang });
    shown.add(notice);
    notice.addEventListener("click", () => {
      window.focus();
      document.getElementById(`ticket-${ticket.id}`)?.click();
    });
  } catch { /* some telephones show none from a page: the sound and the tab's title stay */ }
}

// Who looks needs none any more.
document.addEventListener("visibilitychange", () => {
  if (document.hidden) return;
  for (const notice of shown) notice.close();
  shown.clear();
});
