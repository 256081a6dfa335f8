// Forms marked data-api send their fields as JSON to the API, or a chosen file as it is; what is refused is shown as text.

const told = (form, text, bad) => {
  let place = form.querySelector("[role=status]");
  if (!place) {
    place = document.createElement("p");
    place.setAttribute("role", "status");
    form.append(place);
  }
  place.className = bad ? "trouble panel" : "soft";
  place.textContent = text;
};

const fields = (form) => {
  const plain = {};
  for (const [name, value] of new FormData(form)) {
    if (typeof value !== "string" || value === "") continue;
    const [group, inner] = name.split(/:(.*)/s);
    if (inner === undefined) plain[name] = value;
    else plain[group] = { ...plain[group], [inner]: value };
  }
  for (const box of form.querySelectorAll("input[type=checkbox][name]")) plain[box.name] = box.checked;
  for (const box of form.querySelectorAll("input[type=number][name]")) if (box.value !== "") plain[box.name] = Number(box.value);
  return plain;
};

const request = (form) => {
  const file = form.querySelector("input[type=file]")?.files[0];
  if (file) return { body: file, headers: { "Content-Type": form.dataset.type ?? "text/csv" } };
  return { body: JSON.stringify(fields(form)), headers: { "Content-Type": "application/json" } };
};

// A button's own data-api, data-told, … go before its form's; data-keep names an answer that a hidden field takes along.
const send = async (form, button) => {
  const asked = { ...form.dataset, ...button?.dataset };
  const answer = await fetch(asked.api, { method: asked.method ?? "POST", ...request(form) });
  const text = await answer.text();
  let plain = {};
  try {
    plain = JSON.parse(text);
  } catch {
    // an answer without a body
  }
  if (!answer.ok) return told(form, [plain.title, plain.detail].filter(Boolean).join("\n") || `${answer.status}`, true);
  if (asked.keep) form.elements[asked.keep].value = plain[asked.keep] ?? "";
  if (asked.next) return location.assign(asked.next);
  if (asked.told) return told(form, plain[asked.told] ?? "✓", false);
  location.reload();
};

for (const form of document.querySelectorAll("form[data-api]")) {
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    send(form, event.submitter).catch((error) => told(form, String(error), true));
  });
}

for (const button of document.querySelectorAll("button[data-print]")) button.addEventListener("click", () => print());
