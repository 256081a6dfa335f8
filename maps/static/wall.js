// The public wall: asks for the zone's figures, shows map, figures and latest clues in turn.

const page = JSON.parse(document.getElementById("page").textContent);
const part = (id) => document.getElementById(id);
const ASK_MS = 5000, TURN_MS = 15000, FROZEN_MS = 60000;
const VIEWS = ["map", "figures", "clues"];
const WIDE = 1600;
let turn = 0, paused = false, heardMs = null, clock = null;

const word = (key, values = {}) => (page.words[key] ?? key).replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
const time = (text) => new Intl.DateTimeFormat(page.lang, { timeZone: page.timezone, hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" }).format(new Date(text));

function make(tag, text, ...children) {
  const node = document.createElement(tag);
  if (text !== null) node.textContent = text;
  node.append(...children);
  return node;
}

function drawn(tag, attributes, text = null) {
  const node = document.createElementNS("http://www.w3.org/2000/svg", tag);
  for (const [name, value] of Object.entries(attributes)) node.setAttribute(name, value);
  if (text !== null) node.textContent = text;
  return node;
}

// Every ring or line of a shape, as lists of [longitude, latitude].
function lines({ type, coordinates }) {
  if (type === "LineString") return [coordinates];
  if (type === "Polygon" || type === "MultiLineString") return coordinates;
  return type === "MultiPolygon" ? coordinates.flat() : [];
}

function plane(points) {
  const [lons, lats] = [points.map((one) => one[0]), points.map((one) => one[1])];
  const least = (all) => all.reduce((a, b) => Math.min(a, b)), most = (all) => all.reduce((a, b) => Math.max(a, b));
  const [west, east, south, north] = [least(lons), most(lons), least(lats), most(lats)];
  const narrow = Math.cos(((south + north) / 2) * Math.PI / 180);
  const scale = WIDE / Math.max((east - west) * narrow, 1e-4);
  return { place: ([lon, lat]) => [(lon - west) * narrow * scale, (north - lat) * scale], high: Math.max((north - south) * scale, 1) };
}

function drawZone(told) {
  const shapes = [...page.areas.flatMap(lines), ...page.roads.flatMap(lines)];
  const points = [...shapes.flat(), ...told.places];
  if (!points.length) return;
  const { place, high } = plane(points);
  const path = (shape, end) => lines(shape).map((line) => `M${line.map((one) => place(one).map((at) => at.toFixed(1)).join(" ")).join("L")}${end}`).join("");
  const nodes = [
    ...page.areas.map((one) => drawn("path", { class: "area", d: path(one, "Z") })),
    ...page.roads.map((one) => drawn("path", { class: "road", d: path(one, "") })),
    ...told.places.map(([lon, lat, kind, state]) => mark(place([lon, lat]), kind, state)),
  ];
  told.clues.forEach((clue, at) => {
    if (clue.lon === null || clue.lat === null) return;
    const [x, y] = place([clue.lon, clue.lat]);
    nodes.push(drawn("circle", { class: "clue", cx: x, cy: y, r: 20 }), drawn("text", { class: "clue-number", x: x + 24, y: y + 7 }, at + 1));
  });
  part("zone").setAttribute("viewBox", `-50 -30 ${WIDE + 100} ${high + 60}`);
  part("zone").replaceChildren(...nodes);
}

// A vehicle is a square, a station a circle; who is raised is larger besides being red.
function mark([x, y], kind, state) {
  const half = state === "raised" ? 9 : 6, name = `mark ${state}`;
  if (kind === "vehicle") return drawn("rect", { class: name, x: x - half, y: y - half, width: 2 * half, height: 2 * half });
  return drawn("circle", { class: name, cx: x, cy: y, r: half });
}

function showNumbers(told) {
  const rows = [
    [word("online"), `${told.sensors.online}/${told.sensors.total}`], [word("raised"), told.raised], [word("open"), told.open],
    ...Object.entries(told.background).map(([name, value]) => [`${word("background")} ${word(`pollutant.${name}`)}`, value === null ? "–" : `${value} ${told.unit}`]),
  ];
  part("numbers").replaceChildren(...rows.map(([name, value]) => make("div", null, make("dt", name), make("dd", value))));
}

function showClues(told) {
  const rows = told.clues.map((clue, at) => make("li", null,
    make("b", `${at + 1} · ${word("priority", { n: clue.priority })}`), make("span", time(clue.opened_at)),
    make("span", word("peak", { ...clue.peak, pollutant: word(`pollutant.${clue.peak.pollutant}`) })),
    ...(clue.enterprise ? [make("span", clue.enterprise)] : [])));
  part("latest").replaceChildren(...(rows.length ? rows : [make("li", word("no_tickets"))]));
}

// Frozen: nothing was heard for long, or what is heard stands still.
function showAge() {
  const frozen = heardMs !== null && Date.now() - heardMs > FROZEN_MS;
  document.body.classList.toggle("frozen", frozen);
  part("frozen").hidden = !frozen;
  if (frozen) part("frozen").textContent = clock ? word("frozen", { time: time(clock) }) : word("frozen_start");
}

async function ask() {
  try {
    const answer = await fetch(page.address, { cache: "no-store" });
    if (answer.ok) show(await answer.json());
  } catch { /* the age tells it */ }
  heardMs ??= Date.now();
  showAge();
  setTimeout(ask, ASK_MS);
}

function show(told) {
  if (told.clock !== clock) [clock, heardMs] = [told.clock, Date.now()];
  if (clock) part("as-of").textContent = word("as_of", { time: time(clock) });
  drawZone(told);
  showNumbers(told);
  showClues(told);
}

function showView() {
  VIEWS.forEach((id, at) => { part(id).hidden = at !== turn; });
}

function showNext() {
  turn = (turn + 1) % VIEWS.length;
  showView();
}

function pause(wanted) {
  paused = wanted;
  part("pause").textContent = word(paused ? "go_on" : "pause");
}

part("pause").addEventListener("click", () => pause(!paused));
part("next").addEventListener("click", showNext);
pause(matchMedia("(prefers-reduced-motion: reduce)").matches); // who wants no motion turns the views by hand
setInterval(() => { if (!paused) showNext(); }, TURN_MS);
ask();
