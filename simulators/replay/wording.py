"""Codes of a ticket → words for people, Chinese first; a code without words is shown as it is."""

from domain.shared_words import FLAGS, POLLUTANTS, chinese, in_one_line
from domain.ticket import PassedBy

POLLUTANT_NAMES = chinese(POLLUTANTS)

_WORDS = {
    "dispatch": "建议现场核查 dispatch",
    "watch": "建议继续观察 watch",
    "dismiss": "建议排除 dismiss",
    "local": "局地线索 local",
    "regional": "区域性抬升 regional",
    "sensor": "设备待查 sensor",
    "two_sensors_agree": "两个点位一致 two sensors agree",
    "three_sensors_agree": "三个点位一致 three sensors agree",
    "many_sensors_agree": "多个点位一致 many sensors agree",
    "pollutants_agree": "多项污染物一致 pollutants agree",
    "single_sensor": "仅单个点位 single sensor",
    "upwind_probability_high": "上风向疑似来源明确 likely source upwind",
    "source_uncertain": "来源不确定 source uncertain",
    "evidence_thin": "证据尚少 little evidence yet",
    "no_weather": "无气象数据 no weather data",
    "no_humidity": "无湿度数据 no humidity data",
    "one_station": "全园仅 1 个站点 one station only",
    "network_half_offline": "半数站点离线 half of the network is offline",
    "no_background": "无背景值 no background",
    "no_enterprises": "未登记企业 no enterprises registered",
    "no_pollutants_known": "企业污染物未登记 no pollutants registered",
    "wind_stuck": "有气象站风长时间不变 a weather station's wind does not change",
    "wind_old": "风已超过 90 分钟未更新 no wind for over 90 minutes",
    "wind_split": "气象站风向不一致 weather stations disagree",
    "calm_no_direction": "静风，无法判断方向 calm: no direction",
    "registered_works": "已登记施工 registered works",
    "registered_drill": "已登记演练 registered drill",
    "excess_strong": "超出背景明显 strong excess",
    "excess_long": "抬升持续一小时以上 lasted an hour",
    "problems_found_before": "该处曾查实问题 problems were found there before",
    "nothing_found_before": "该处多次检查未见问题 several visits found nothing",
    "dispatch_open_nearby": "附近已有派单在途 somebody is on the way there",
    "cap_reached": "检查次数已达上限 yearly cap of visits reached",
    "whitelisted_no_routine": "正面清单企业，不作例行检查 white list: no routine visit",
    "quota_unused": "年度检查次数未用完 visits left this year",
    "clue_complaint": "群众投诉 a complaint",
    "clue_satellite": "卫星线索 a clue from a satellite",
    "clue_data_check": "数据核查发现 found by a data check",
    "clue_other": "其他来源线索 a clue from elsewhere",
    "enterprise_named": "点名企业 it names an enterprise",
    "on_the_ground_of": "位于企业地界内 on the land of an enterprise",
    "corroborated_complaint": "有投诉佐证 a complaint agrees",
    "corroborated_satellite": "有卫星线索佐证 a clue from a satellite agrees",
    "corroborated_data_check": "有数据核查佐证 a data check agrees",
    "corroborated_other": "有其他线索佐证 another clue agrees",
    "satellite_raised": "卫星显示该处偏高 a satellite saw it raised there",
    "satellite_not_raised": "卫星未见该处偏高 a satellite saw nothing raised there",
    "opened": "开单 opened",
    "amended": "补充 amended",
    "candidates": "疑似来源变化 candidates changed",
    "recommendation": "建议变化 advice changed",
    "reopened": "再次抬升 risen again",
    "ended": "结束 ended",
    "merged": "并单 merged",
    "sensor_stuck": "读数长时间不变，待维护 the value does not change: needs care",
    "sensor_unit": "单位有误，待维护 wrong unit: needs care",
    "sensor_range": "长时间超出量程，待维护 out of range for long: needs care",
    "sensor_clock": "时钟偏差，待维护 the clock is off: needs care",
    "sensor_position": "定位异常，待维护 the position is off: needs care",
    "sensor_offline": "离线，待维护 offline: needs care",
    "sensor_drift": "漂移，待校准 drift: to be calibrated",
    "split": "分出另一来源 another source has taken over sensors",
    "traffic": "未开单：道路交通 not opened: traffic",
    "sensor_care": "开单：设备待维护 opened: a sensor needs care",
    "below_duration": "未开单：持续时间不足 not opened: too short",
    "sensor_suspect": "未开单：设备存疑 not opened: sensor suspect",
    "single_sensor_short": "未开单：无其他点位印证 not opened: no other sensor confirms it",
    "calm": "静风 calm",
    "limit_crossed": "均值超过限值 mean above a limit",
    "limit_crossed_regional": "区域性超过限值 above a limit, the whole region",
    "high_value": "小时高值（高于自设警示值） high hour, above the site's own level",
    "high_value_regional": "区域性小时高值 high hour, the whole region",
    **in_one_line(FLAGS),
    "readings": "读数 readings",
    "taken": "进入判断 taken",
    "duplicates": "重复 duplicates",
    "late": "迟到 late",
    "too_late": "过迟 too late",
    "weather": "气象记录 weather rows",
    "minutes": "判断分钟数 minutes judged",
    "breach_rows": "超出背景的点位·分钟 raised sensor-minutes",
    "tickets": "线索单 clue tickets",
}


def passed(passes: PassedBy | None) -> str:
    """Return how often vehicles passed a candidate; nothing where that is not told.

    >>> passed(PassedBy(count=3, raised=2))
    ' · 巡航经过 3 次，抬升 2 次 passed 3×, raised 2×'
    """
    return (
        f" · 巡航经过 {passes.count} 次，抬升 {passes.raised} 次 passed {passes.count}×, raised {passes.raised}×"
        if passes
        else ""
    )


def words(code: str) -> str:
    """Return what people read for a code, or for several joined by `+`.

    >>> words("watch"), words("not_known_yet"), words("stuck+drift")
    ('建议继续观察 watch', 'not known yet', '读数不变 stuck + 漂移 drift')
    """
    return " + ".join(_WORDS.get(part, part.replace("_", " ")) for part in code.split("+"))
