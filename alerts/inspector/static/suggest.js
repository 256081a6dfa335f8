// Shows the suggested measure while the result is filled in, and chooses it unless the inspector has; nothing without a network.

const form = document.querySelector("form[data-act=result]");
const shown = document.getElementById("suggested");
let chosen = false;
let asked = 0;

async function suggest() {
  const number = ++asked;
  shown.textContent = "";
  const said = new FormData(form);
  if (!said.get("matter")?.trim() || said.get("problem_found") !== "yes") return;
  said.delete("photo");
  const answer = await fetch(shown.dataset.action, { method: "POST", body: said }).catch(() => null);
  if (!answer?.ok || number !== asked) return;
  const told = await answer.json();
  shown.textContent = told.told;
  if (!chosen) form.elements.measure.value = told.measure;
}

if (shown) {
  form.elements.measure.addEventListener("change", () => (chosen = true));
  for (const name of ["problem_found", "matter", "severity", "clause", "mended"]) {
    for (const field of form.querySelectorAll(`[name=${name}]`)) field.addEventListener("change", suggest);
  }
}
