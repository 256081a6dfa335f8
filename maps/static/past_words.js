// Words of the look at the past: Chinese, English.

const WORDS = {
  open: ["过去 24 小时", "Last 24 hours"],
  loading: ["正在读取历史…", "Reading the history…"],
  away: ["历史库无应答，地图仍为实时", "The history does not answer; the map is live"],
  no_answer: ["历史库无应答", "The history does not answer"],
  empty: ["过去 24 小时无历史数据，地图仍为实时", "No history of the last 24 hours; the map is live"],
  not_live: ["过去 · 非实时", "Past · not live"],
  leave: ["回到现在", "Back to now"],
  slider: ["过去 24 小时的时刻", "Moment of the last 24 hours"],
  play: ["播放", "Play"],
  pause: ["暂停", "Pause"],
  values_of: ["污染物", "Pollutant"],
  raised: ["当时越线 {n}", "Raised then: {n}"],
  told: ["{time}，当时越线 {n}", "{time}, raised then: {n}"],
  tickets: ["当时线索单 {n}", "Tickets then: {n}"],
  tickets_away: ["线索单库无应答，图上无当时的线索", "The ticket store does not answer: no tickets of then on the map"],
  silent: ["无数据", "no data"],
  no_value: ["该项无数据", "no data of it"],
  key: ["黑圈：当时越线；黑实心：当时持续越线。不含巡航车。列表与声音仍为实时。", "Black ring: above band then; black disc: breach then. Without vehicles. List and sound stay live."],
};

const COLUMN = document.documentElement.lang.startsWith("zh") ? 0 : 1;

export function say(key, values = {}) {
  return WORDS[key][COLUMN].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
