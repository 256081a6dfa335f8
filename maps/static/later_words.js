// Words of what comes after the page: Chinese, English.

const WORDS = {
  tracks: ["车辆轨迹（近 1 小时）", "Vehicles' tracks, last hour"],
  notify: ["页面不可见时，优先级 1 的新线索用浏览器通知", "Browser notices of new priority 1 tickets while this tab is out of sight"],
  notify_denied: ["浏览器已禁止通知，请在地址栏的网站设置中允许", "the browser forbids notices; allow them in the site settings beside the address"],
  notify_unsupported: ["此浏览器或连接（非 https）没有通知", "not in this browser, or not over this connection (https is needed)"],
  track_raised: ["轨迹抬升处", "track where raised"],
  and: ["、", ", "],
  no_answer: ["{what}：暂无应答", "{what}: no answer now"],
  neighbours: ["邻近站点", "Neighbours"],
  photos: ["现场照片", "Photographs of the spot"],
  alike: ["相似线索", "Tickets like this one"],
  near_one: ["{id}（{far}）", "{id} ({far})"],
  near_rose: ["邻近 {of} 站中 {n} 站同时抬升：{names}", "{n} of {of} neighbours rose: {names}"],
  near_quiet: ["邻近 {of} 站均未抬升", "none of {of} neighbours rose"],
  near_silent: ["邻近站点当时无可信数据", "no neighbour could say then"],
  near_none: ["附近没有站点", "no station nearby"],
  passes: ["巡航车：{names}", "Patrols: {names}"],
  no_passes: ["近 2 小时无巡航车经过疑似来源", "no patrol passed the suspected sources in 2 h"],
  photo_of: ["现场照片，线索单 #{n}，{at}（新标签页）", "Photograph of the spot, ticket #{n}, {at} (new tab)"],
  r_told: ["与邻近站相关 r = {r}（近 24 小时，{n} 分钟）", "agrees with neighbours: r = {r} (24 h, {n} min)"],
  r_few: ["与邻近站共有数据仅 {n} 分钟，不足以算相关", "only {n} min in common with neighbours: no r"],
  r_still: ["数值不变，算不出相关", "a value does not change: no r"],
  r_moves: ["移动监测，不与站点算相关", "a vehicle: no r with stations"],
  calibrated_age: ["校准至当时 {n} 天", "calibrated {n} days before"],
  humidity: ["相对湿度 {value}%（{by}）", "humidity {value}% ({by})"],
  humidity_unknown: ["湿度未知", "humidity unknown"],
  by_itself: ["本机", "its own"],
  humid: ["，潮湿，颗粒物读数可能偏高", ", damp: particles may read too high"],
  flags: ["质控标记：{told}", "flags: {told}"],
  no_flags: ["无质控标记", "no flags"],
  alike_none: ["近一年无相似线索", "no ticket like it in a year"],
  alike_count: ["近一年相似线索 {n} 条", "{n} like it in a year"],
  alike_confirmed: ["检查 {of} 次查实 {n} 次", "{n} of {of} confirmed"],
  alike_unvisited: ["均未到场检查", "none visited"],
  alike_dismissed: ["驳回 {n} 条", "{n} dismissed"],
  same_place: ["同一地点", "same place"],
  opens: ["{what}（新标签页）", "{what} (new tab)"],
  because: ["（{more}）", " ({more})"],
  "end.confirmed": ["查实", "confirmed"],
  "end.nothing_found": ["未见问题", "nothing found"],
  "end.dismissed": ["已驳回", "dismissed"],
  "end.closed": ["已结束", "closed"],
  "measure.guidance": ["指导帮扶", "guidance"],
  "measure.rectification": ["责令整改", "rectification"],
  "measure.penalty": ["立案处罚", "penalty"],
};

const COLUMN = document.documentElement.lang.startsWith("zh") ? 0 : 1;

export function say(key, values = {}) {
  return WORDS[key][COLUMN].replace(/\{(\w+)\}/g, (whole, name) => values[name] ?? whole);
}
