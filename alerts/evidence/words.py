"""Words of the evidence page, Chinese first, English equal."""

from domain.shared_words import DEVICES, FLAGS, in_one_line

OCCASIONS = {"opened": "开单时 At opening", "decided": "决定时 At the decision", "closed": "办结时 At closing"}

WORDS = {
    "title": "线索证据 Evidence of a clue",
    "clue_only": "线索供核查，不作为执法证据。 A clue to be checked; not evidence for enforcement.",
    "frozen": "证据在开单、决定、办结时固化，不再改动。 Frozen at opening, decision and closing, then never changed.",
    "times": "时间 Times:",
    "state": "状态 State",
    "kind": "类型 Kind",
    "opened": "开单 Opened",
    "event": "事件 Event",
    "priority": "优先级 Priority",
    "recommendation": "建议 Advice",
    "wind": "风 Wind",
    "rule_version": "规则版本 Rule version",
    "hash": "证据散列 Evidence hash",
    "frozen_at": "固化时间 Frozen at",
    "rows_from": "数据区间 Rows from",
    "map": "地图 Map",
    "courses": "分钟值：红 实测，灰 背景，橙 背景带上沿 Minutes: red value, grey background, orange upper edge",
    "candidates": "疑似来源 Suspected sources",
    "probability": "概率 Probability",
    "distance": "距离 Distance",
    "unknown": "其他/未知源 Other / unknown",
    "sensors": "传感器 Sensors",
    "role": "角色 Role",
    "because": "未采信原因 Not asked because",
    "readings": "原始读数 Readings",
    "minutes": "判定分钟 Minutes",
    "limits": "所用限值 Limits used",
    "standard": "标准 Standard",
    "pollutant": "污染物 Pollutant",
    "mean": "平均时间 Mean",
    "parameters": "规则版本与全部参数 Rule version and every parameter",
    "trail": "操作留痕 Audit trail",
    "files": "文件 Files",
    "verify": "核验 To verify: wugan verify evidence.zip",
}

_TOLD = {
    "named": "线索所涉 named",
    "excluded": "未采信 excluded",
    "near": "附近 near",
    **in_one_line(DEVICES),
    "limit": "限值 limit",
    "warning": "园区预警值 warning level",
    "air": "空气监测 air",
    "complaint": "投诉 complaint",
    "satellite": "卫星 satellite",
    "data_check": "数据核查 data check",
    "other": "其他 other",
    "local": "局地 local",
    "regional": "区域 regional",
    "sensor": "传感器 sensor",
    "new": "新 new",
    "acknowledged": "已确认 acknowledged",
    "dispatched": "已派单 dispatched",
    "on_site": "在现场 on site",
    "closed": "已办结 closed",
    "watching": "关注中 watching",
    "dismissed": "已驳回 dismissed",
    "merged": "已合并 merged",
    "dispatch": "派单 dispatch",
    "watch": "关注 watch",
    "dismiss": "驳回 dismiss",
    **in_one_line(FLAGS),
}


def told(word: str) -> str:
    """Return a word of ours as people read it; one that is not known stays as it is."""
    return _TOLD.get(word, word)
