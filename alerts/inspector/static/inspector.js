// Keeps what the inspector enters when the network drops, and sends it later; the page works without this script too.

import { openWaiting } from "./store.js";
import { smaller } from "./photo.js";

const told = JSON.parse(document.getElementById("told").textContent);
const ACTS = ["accept", "arrived", "result"];
const RETRY_MS = [2000, 5000, 15000, 30000, 60000];
const SEND_MS = 120000;
const DRAFT = "wugan-inspector:" + told.ticket;
const NAME = "wugan-inspector:name";

const main = document.querySelector("main");
const list = document.getElementById("queue");
const forms = Object.fromEntries(ACTS.map((act) => [act, document.querySelector(`form[data-act=${act}]`)]));
const sent = []; // {act, at}: what this page sent, to show it
let open = new Set(main.dataset.open.split(" ").filter(Boolean));
let waiting = null;
let busy = false;
let tries = 0;
let timer = 0;

const words = (key, put = {}) =>
  Object.entries(put).reduce((text, [name, value]) => text.replace(`{${name}}`, () => value), told.words[key]);

function newKey() {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, "0")).join("");
}

async function mine() {
  return (await waiting.all()).filter((item) => item.ticket === told.ticket);
}

function line(kind, text, drop) {
  const item = document.createElement("li");
  item.className = kind;
  item.append(text);
  if (drop) {
    const button = document.createElement("button");
    button.type = "button";
    button.textContent = told.words["js.drop"];
    button.addEventListener("click", drop);
    item.append(button);
  }
  list.append(item);
}

async function draw() {
  const items = await mine();
  list.replaceChildren();
  for (const { act, at } of sent) line("sent", words("js.sent", { act: words("act." + act), time: at }));
  for (const item of items) {
    const act = words("act." + item.act);
    if (item.state === "refused") {
      line("refused", words("js.refused", { act, why: item.why }), () => waiting.drop(item.id).then(draw));
    } else {
      line(item.state, words(item.state === "sending" ? "js.sending" : "js.queued", { act }));
    }
  }
  const ahead = new Set(items.filter((item) => item.state !== "refused").map((item) => item.act));
  ACTS.forEach((act, at) => {
    forms[act].hidden = ahead.has(act) || !(open.has(act) || ahead.has(ACTS[at - 1])); // what follows a waiting act is open
  });
  document.getElementById("network").hidden = navigator.onLine && !items.some((item) => item.state === "waiting");
}

function later(afterMs) {
  clearTimeout(timer);
  timer = setTimeout(flush, afterMs ?? RETRY_MS[Math.min(tries++, RETRY_MS.length - 1)]);
}

async function send(item) {
  const body = new FormData();
  for (const [name, value] of item.fields) body.append(name, value);
  for (const photo of item.photos) body.append("photo", photo, "photo");
  const headers = { Accept: "application/json" };
  return fetch(item.action, { method: "POST", body, headers, signal: AbortSignal.timeout(SEND_MS) });
}

async function refuse(item, answer) {
  const problem = await answer.json().catch(() => ({}));
  const why = problem.told || problem.detail || String(answer.status);
  await waiting.put({ ...item, state: "refused", status: answer.status, why });
}

async function take(item, answer) {
  const state = await answer.json();
  await waiting.drop(item.id);
  if (item.ticket !== told.ticket) return;
  if (item.act === "result") localStorage.removeItem(DRAFT);
  sent.push({ act: item.act, at: state.at });
  open = new Set(state.open);
  document.getElementById("state").textContent = state.state;
  document.getElementById("nothing")?.remove();
}

// Returns false where the rest must wait.
async function deliver(item) {
  try {
    const answer = await send(item);
    if ([408, 425, 429].includes(answer.status) || answer.status >= 500) {
      later(Number(answer.headers.get("Retry-After")) * 1000 || undefined);
      return false;
    }
    await (answer.ok ? take(item, answer) : refuse(item, answer));
  } catch {
    later(); // no answer, or half of one: the same form again is one
    return false;
  }
  tries = 0;
  return true;
}

async function flush() {
  if (busy) return;
  busy = true;
  try {
    for (const item of (await waiting.all()).filter((one) => one.state !== "refused")) {
      await waiting.put({ ...item, state: "sending" });
      await draw();
      const done = await deliver(item);
      if (!done) {
        await waiting.put({ ...item, state: "waiting" });
        break;
      }
    }
  } finally {
    busy = false;
    await draw();
  }
}

async function keep(event) {
  event.preventDefault();
  const form = event.currentTarget;
  const act = form.dataset.act;
  form.hidden = true; // one press, one act
  const fields = [...new FormData(form)].filter(([, value]) => typeof value === "string");
  const chosen = [...(form.querySelector("input[type=file]")?.files ?? [])].slice(0, told.mostPhotos);
  const photos = await Promise.all(chosen.map((file) => smaller(file, told.keepPosition)));
  await waiting.add({ ticket: told.ticket, act, action: form.action, fields, photos, state: "waiting" });
  form.elements.key.value = newKey(); // what is entered after a refusal is another form
  await draw();
  if (busy) later(RETRY_MS[0]);
  else await flush();
}

// What could not be sent by an older link of this ticket goes by the present one.
async function adopt() {
  for (const item of await mine()) {
    const state = item.status === 403 ? "waiting" : item.state;
    await waiting.put({ ...item, state, action: forms[item.act].action });
  }
}

// What is typed survives a reload: the name for all links, the result's form for this one.
function drafts() {
  const result = forms.result.elements;
  const names = document.querySelectorAll("input[name=who]");
  for (const field of names) {
    field.value = localStorage.getItem(NAME) ?? "";
    field.addEventListener("input", () => {
      localStorage.setItem(NAME, field.value);
      for (const other of names) other.value = field.value;
    });
  }
  const kept = JSON.parse(localStorage.getItem(DRAFT) ?? "{}");
  for (const name of ["problem_found", "measure", "note"]) if (kept[name]) result[name].value = kept[name];
  forms.result.addEventListener("input", () => {
    const now = { problem_found: result.problem_found.value, measure: result.measure.value, note: result.note.value };
    localStorage.setItem(DRAFT, JSON.stringify(now));
  });
}

async function begin() {
  drafts();
  waiting = await openWaiting(); // where it can't be had, the forms are sent as plain forms
  for (const form of Object.values(forms)) form.addEventListener("submit", keep);
  window.addEventListener("online", () => ((tries = 0), flush()));
  window.addEventListener("offline", draw);
  await adopt();
  await flush();
}

begin();
