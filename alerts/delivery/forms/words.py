"""The Chinese words of messages: codes of the ticket to what a person on a phone reads."""

from typing import Final

from domain import shared_words
from domain.shared_words import DISMISSALS, STATES, chinese

POLLUTANTS: Final = chinese(shared_words.POLLUTANTS)

ACTIONS: Final = {"dispatch": "建议派员核查", "watch": "建议关注", "dismiss": "建议驳回"}

REASONS: Final = {
    **chinese(DISMISSALS),
    "two_sensors_agree": "2 台传感器同升",
    "three_sensors_agree": "3 台传感器同升",
    "many_sensors_agree": "多台传感器同升",
    "pollutants_agree": "多项污染物同升",
    "single_sensor": "仅 1 台传感器",
    "evidence_thin": "证据尚少",
    "no_weather": "无气象数据",
    "no_humidity": "无湿度数据",
    "one_station": "全园仅 1 个站点",
    "network_half_offline": "半数站点离线",
    "no_background": "无背景值",
    "no_enterprises": "未登记企业",
    "no_pollutants_known": "企业污染物未登记",
    "wind_stuck": "有气象站风向风速长时间不变",
    "wind_old": "风向风速已超过 90 分钟未更新",
    "wind_split": "各气象站风向不一致",
    "limit_crossed": "小时均值超过标准限值",
    "high_value": "超过自设预警值",
    "upwind_probability_high": "上风向概率高",
    "source_uncertain": "来源不确定",
    "calm_no_direction": "静风，不判方向",
    "registered_drill": "已登记演练",
    "excess_strong": "超出背景明显",
    "excess_long": "持续超过 1 小时",
    "problems_found_before": "以往查出过问题",
    "nothing_found_before": "以往多次未查出问题",
    "dispatch_open_nearby": "已有人员前往",
    "cap_reached": "年度检查次数已满",
    "whitelisted_no_routine": "白名单企业，非必要不检查",
    "quota_unused": "检查额度未用",
    "clue_complaint": "群众投诉",
    "clue_satellite": "卫星线索",
    "clue_data_check": "数据核查发现",
    "clue_other": "其他来源线索",
    "enterprise_named": "点名企业",
    "on_the_ground_of": "位于企业地界内",
    "corroborated_complaint": "有投诉佐证",
    "corroborated_satellite": "有卫星线索佐证",
    "corroborated_data_check": "有数据核查佐证",
    "corroborated_other": "有其他线索佐证",
    "satellite_raised": "卫星显示该处偏高",
    "satellite_not_raised": "卫星未见该处偏高",
    "sensor_stuck": "读数长时间不变，待维护",
    "sensor_unit": "单位有误，待维护",
    "sensor_range": "长时间超出量程，待维护",
    "sensor_clock": "时钟偏差，待维护",
    "sensor_position": "定位异常，待维护",
    "sensor_offline": "离线，待维护",
    "sensor_drift": "漂移，待校准",
}
"""Reasons of a recommendation; one that is not listed is shown by its code."""

SOURCES: Final = {
    "complaint": "群众投诉",
    "satellite": "卫星线索",
    "data_check": "数据核查发现",
    "other": "外来线索",
}
"""What a ticket speaks of that a clue from elsewhere opened."""

OCCASIONS: Final = {
    "wugan.ticket.opened.v1": "线索",
    "wugan.ticket.dispatched.v1": "派单核查",
    "wugan.test.v1": "测试消息，无需处理",
}
"""Why a message comes, by the event's type; another is an update."""

CLOSED_AS: Final = {code: f"线索{STATES[code][0]}" for code in ("dismissed", "merged", "closed")}
"""What a closing event says, by the ticket's state."""

DIRECTIONS: Final = ("北", "东北", "东", "东南", "南", "西南", "西", "西北")
"""Where the wind blows from, in eighths clockwise."""

OPEN_PAGE: Final = "查看线索"
"""On the button that opens the inspector's page."""
