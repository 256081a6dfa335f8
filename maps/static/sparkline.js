// The last hour of the loudest sensor: background band, what a value is held against, and a dot at the newest value.

import { make, word } from "./words.js";
import { svg, whole } from "./ticket_text.js";

const [WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM] = [320, 118, 4, 34, 12, 20];

function pathOf(points) {
  let pen = "M";
  return points.map(([x, y]) => {
    if (y === null) { pen = "M"; return ""; }
    const step = `${pen}${x.toFixed(1)} ${y.toFixed(1)}`;
    pen = "L";
    return step;
  }).join("");
}

function band(x, y, course) {
  const rows = course.time.map((_, at) => at).filter((at) => course.background[at] !== null && course.upper[at] !== null);
  if (!rows.length) return "";
  const up = rows.map((at) => `${x(at).toFixed(1)} ${y(course.upper[at]).toFixed(1)}`);
  const down = rows.reverse().map((at) => `${x(at).toFixed(1)} ${y(Math.max(0, 2 * course.background[at] - course.upper[at])).toFixed(1)}`);
  return `M${[...up, ...down].join("L")}z`;
}

// `limit` is the law's hourly one, `warning_level` the site's own: the words differ, and so must the line's name.
function levelOf(course) {
  if (course.limit) return [course.limit.value, word("limit")];
  return course.warning_level ? [course.warning_level, word("warning_level")] : [null, ""];
}

export function sparkline(course) {
  const times = course.time.map((text) => Date.parse(text));
  const known = course.value.filter((value) => value !== null);
  if (!known.length) return make("p", { class: "hint", text: word("no_course") });
  const [level, name] = levelOf(course);
  const most = Math.max(...known, ...course.upper.filter((value) => value !== null), level !== null && level < 2.5 * Math.max(...known) ? level : 0) * 1.06 || 1;
  const [first, last] = [times.at(-1) - 3600000, times.at(-1)];
  const x = (at) => LEFT + (WIDTH - LEFT - RIGHT) * (times[at] - first) / (last - first || 1);
  const y = (value) => TOP + (HEIGHT - TOP - BOTTOM) * (1 - value / most);
  const newest = course.value.findLastIndex((value) => value !== null);
  const drawn = svg("svg", { viewBox: `0 0 ${WIDTH} ${HEIGHT}`, class: "course", role: "img", "aria-label": summary(course, newest) },
    svg("path", { d: band(x, y, course), class: "band" }),
    svg("path", { d: pathOf(course.background.map((value, at) => [x(at), value === null ? null : y(value)])), class: "background" }));
  if (level !== null && level <= most) {
    drawn.append(svg("path", { d: `M${LEFT} ${y(level)}H${WIDTH - RIGHT}`, class: "level" }), text(LEFT + 2, y(level) - 3, `${name} ${whole(level)}`));
  }
  drawn.append(svg("path", { d: pathOf(course.value.map((value, at) => [x(at), value === null ? null : y(value)])), class: "value" }),
    svg("circle", { cx: x(newest), cy: y(course.value[newest]), r: 4, class: "now" }),
    text(Math.min(x(newest) + 6, WIDTH - RIGHT + 2), y(course.value[newest]) + 4, String(whole(course.value[newest]))),
    text(LEFT, HEIGHT - 5, word("an_hour_ago")), text(WIDTH - RIGHT - 14, HEIGHT - 5, word("now")), text(WIDTH / 2 - 40, HEIGHT - 5, word("band")));
  return drawn;
}

function text(x, y, said) {
  const node = svg("text", { x, y });
  node.textContent = said;
  return node;
}

function summary(course, newest) {
  const values = { sensor: course.sensor_id, pollutant: word(`pollutant.${course.pollutant}`), value: whole(course.value[newest]), background: course.background[newest] === null ? "–" : whole(course.background[newest]) };
  return word("course_told", values);
}
