// A shift at the desk: keys, sound, search, help, and what is read out to those who can't see it.

import { word } from "./words.js";
import { Keys } from "./keys.js";
import { excessText, headline, label } from "./ticket_text.js";

const part = (id) => document.getElementById(id);

// Priority 1 is read out at once, the others when there is a pause.
export function announce(ticket) {
  const place = part(ticket.priority === 1 ? "said-now" : "said");
  if (place) place.textContent = `${word("priority")} ${ticket.priority} #${label(ticket)} ${headline(ticket)} ${excessText(ticket.peak)}`;
}

// The sound's script is asked for with the gesture that a browser wants before any sound.
function bindSound() {
  let sound = null;
  const show = () => {
    const state = sound?.state ?? "off";
    part("sound").textContent = word(`sound_${state}`);
    part("sound").className = state;
    part("begin-shift").hidden = state !== "off";
  };
  part("begin-shift").addEventListener("click", async () => {
    const { Sound } = await import("./sound.js");
    sound ??= new Sound({ changed: show });
    await sound.unlock();
  });
  show();
  return { heed: (unseen) => sound?.heed(unseen), mute: () => sound?.mute() };
}

function bindHelp(keys) {
  const help = part("help");
  part("keys-on").checked = keys.on;
  part("keys-on").addEventListener("change", (event) => keys.turn(event.target.checked));
  const open = () => {
    help.showModal();
    import("./notify.js").then(({ offer }) => offer(help));
  };
  part("help-open").addEventListener("click", open);
  return open;
}

export function bindShift({ list, deciding, chosen }) {
  const sound = bindSound();
  const on = (move) => () => { if (deciding && chosen()) move(chosen()); };
  const seek = part("seek");
  let help = null;
  const actions = {
    J: () => list.move(1), K: () => list.move(-1), ArrowDown: () => list.move(1), ArrowUp: () => list.move(-1),
    Enter: () => part("pane").focus(),
    A: on((ticket) => deciding.acknowledge(ticket)), D: on((ticket) => deciding.dispatch(ticket)), W: on((ticket) => deciding.watch(ticket)),
    X: on((ticket) => deciding.ask(ticket, "dismiss")), S: on((ticket) => deciding.ask(ticket, "shelve")), Z: on((ticket) => deciding.undo(ticket)),
    M: () => sound.mute(), "/": () => seek.focus(), "?": () => help(),
    Escape: () => { if (seek.value) { seek.value = ""; list.seek(""); } if (deciding?.asking && chosen()) deciding.ask(chosen(), deciding.asking.what); },
  };
  for (const number of [1, 2, 3, 4, 5, 6]) actions[number] = on((ticket) => deciding.dismissBy(ticket, number));
  seek.addEventListener("input", () => list.seek(seek.value));
  help = bindHelp(new Keys(actions));
  let urgent = new Set();
  const heed = (unseen) => {
    const pressing = unseen.filter((ticket) => ticket.priority === 1);
    const fresh = pressing.filter((ticket) => !urgent.has(ticket.id));
    urgent = new Set(pressing.map((ticket) => ticket.id));
    if (document.hidden && fresh.length) import("./notify.js").then(({ notify }) => fresh.forEach(notify));
    sound.heed(unseen);
  };
  return { heed: (tickets) => heed(tickets.filter((ticket) => ticket.state === "new" && !ticket.shelved_until)) };
}
