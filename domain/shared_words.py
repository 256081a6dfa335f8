"""Words of codes that several places show, Chinese and English: each code is called the same wherever it stands."""

from collections.abc import Mapping

Pairs = Mapping[str, tuple[str, str]]
"""Code to its Chinese and its English."""

FLAGS: Pairs = {
    "range": ("超出量程", "out of range"),
    "spike": ("尖峰", "spike"),
    "stuck": ("读数不变", "stuck"),
    "inversion": ("PM2.5 高于 PM10", "PM2.5 above PM10"),
    "humidity": ("高湿影响", "humidity"),
    "rate": ("变化过快", "changes too fast"),
    "offline": ("离线", "offline"),
    "clock": ("时钟偏差", "clock is off"),
    "position": ("定位异常", "position is off"),
    "unit": ("单位有误", "wrong unit"),
    "drift": ("漂移", "drift"),
}
"""Flags of quality control, by `quality.FLAG_NAMES`."""

POLLUTANTS: Pairs = {
    "pm25": ("PM2.5", "PM2.5"),
    "pm10": ("PM10", "PM10"),
    "nox": ("NOx", "NOx"),
    "o3": ("O₃", "O₃"),
}

DEVICES: Pairs = {
    "station": ("微站", "Micro-station"),
    "vehicle": ("巡航车", "Patrol vehicle"),
    "reference": ("标准站", "Reference station"),
}
"""Kinds of sensors, by `site.SensorKind`."""

STANDINGS: Pairs = {
    "normal": ("正常", "Normal"),
    "hot": ("越线", "Above band"),
    "breach": ("持续越线", "Breach"),
    "stale": ("数据过时", "Stale"),
    "offline": ("离线", "Offline"),
    "excluded": ("未采信", "Excluded"),
}
"""How a sensor stands now, as the map colours it."""

STATES: Pairs = {
    "new": ("新", "new"),
    "acknowledged": ("已确认", "acknowledged"),
    "dispatched": ("已派单", "dispatched"),
    "on_site": ("在现场", "on site"),
    "watching": ("关注中", "watching"),
    "dismissed": ("已驳回", "dismissed"),
    "closed": ("已办结", "closed"),
    "merged": ("已合并", "merged"),
}
"""States of a ticket, by `ticket.TicketState`."""

DISMISSALS: Pairs = {
    "sensor_fault": ("传感器故障", "sensor fault"),
    "humidity": ("湿度影响", "humidity"),
    "regional": ("区域传输", "regional transport"),
    "registered_works": ("已登记施工", "registered works"),
    "duplicate": ("重复", "duplicate"),
    "other": ("其他", "other"),
}
"""Reasons of a dismissal, by `ticket.DismissalReason`."""

MEASURES: Pairs = {
    "none": ("不予处理", "none"),
    "guidance": ("指导帮扶", "guidance"),
    "rectification": ("责令整改", "rectification"),
    "penalty": ("立案处罚", "penalty"),
}
"""What an outcome leads to, by `supervision.compliance.Measure`."""

SOURCES: Pairs = {
    "air": ("大气监测", "Air"),
    "complaint": ("投诉", "Complaint"),
    "satellite": ("卫星", "Satellite"),
    "data_check": ("数据核查", "Data check"),
    "other": ("其他", "Other"),
}
"""Where a clue is from."""


def under(prefix: str, pairs: Pairs) -> dict[str, tuple[str, str]]:
    """Return words by names that begin alike, as a table of a page has them.

    >>> under("state.", STATES)["state.new"]
    ('新', 'new')
    """
    return {prefix + code: pair for code, pair in pairs.items()}


def chinese(pairs: Pairs) -> dict[str, str]:
    """Return the Chinese of each code, where a message speaks to inspectors alone."""
    return {code: pair[0] for code, pair in pairs.items()}


def in_one_line(pairs: Pairs) -> dict[str, str]:
    """Return both languages of each code in one line, where a document shows both.

    >>> in_one_line(FLAGS)["spike"]
    '尖峰 spike'
    """
    return {code: " ".join(pair) for code, pair in pairs.items()}
