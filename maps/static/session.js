// Who looks at this page: their name, what they may do, and the way out. A desk without accounts has no such place.

import { page, word, make } from "./words.js";

const place = document.getElementById("who");

// To the sign-in page, and back here afterwards.
export function toSignIn() {
  location.assign(`/login?${new URLSearchParams({ next: location.pathname + location.search, lang: document.documentElement.lang })}`);
}

// Ask the desk; an answer that says "nobody" leads to the sign-in page.
export async function ask(url, options) {
  const answer = await fetch(url, options);
  if (answer.status === 401 && place) toSignIn();
  return answer;
}

// Null where the desk has no accounts, or does not answer now: then nothing is hidden, and the desk itself refuses.
export async function whoAmI() {
  if (!place) return null;
  try {
    const answer = await ask(page.session_url);
    return answer.ok ? await answer.json() : null;
  } catch {
    return null;
  }
}

export function showWho(person) {
  if (!place || !person) return;
  const name = `${person.name} · ${word(`role.${person.role}`)}`;
  place.replaceChildren(person.signed_in ? make("a", { href: "/password", title: word("change_password"), text: name }) : name);
  const button = document.getElementById("sign-out");
  button.hidden = !person.signed_in;
  button.addEventListener("click", async () => {
    const answer = await fetch("/logout", { method: "POST" });
    if (answer.ok) location.assign(`/login?lang=${document.documentElement.lang}`);
  });
}
