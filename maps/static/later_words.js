// Words of what comes after the page: Chinese, English.

const WORDS = {
  tracks: ["车辆轨迹（近 1 小时）", "Vehicles' tracks, last hour"],
  track_raised: ["轨迹抬升处", "track where raised"],
};

const COLUMN = document.documentElement.lang.startsWith("zh") ? 0 : 1;

export function say(key, values = {}) {
  return WORDS[key][COLUMN].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
