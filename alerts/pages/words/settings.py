"""Words of the page of settings."""

from alerts.pages.words import Words
from alerts.pages.words.credit import CODES

SETTINGS: Words = {
    **CODES,
    "read_only": (
        "本页只读。改设置：改环境变量、.env 或 wugan.toml，再重启值班台；密钥只显示是否已设。",
        "Read-only. To change a setting: the environment, .env or wugan.toml, then start the desk again; "
        "of a secret only whether it is set is shown.",
    ),
    "answering": ("处置时限", "Times to answer"),
    "answering_told": ("线索单：派单、关注、驳回的时限", "Of tickets: to answer, to arrive, to watch"),
    "priority": ("优先级", "Priority"),
    "answer": ("处置", "To answer"),
    "arrive": ("到场", "To arrive"),
    "minutes": ("{n} 分钟", "{n} min"),
    "grades": ("分级与检查上限", "Grades and caps"),
    "grades_told": (
        "风险等级与信用合成等级；每日历年上限（次）",
        "Risk class and credit give the grade; the most visits of a calendar year",
    ),
    "risk_class": ("风险等级", "Risk class"),
    "credit": ("信用 {grade}", "Credit {grade}"),
    "cap": ("上限 {n}", "most {n}"),
    "facts": ("信用事实", "Credit facts"),
    "facts_told": ("每条事实的分值，随半衰期减弱", "Points of each fact, halved with its half-life"),
    "fact": ("事实", "Fact"),
    "points": ("分值", "Points"),
    "half_life": ("半衰期", "Half-life"),
    "limit": ("同类合计最多", "Together at most"),
    "days": ("{n} 天", "{n} d"),
    "desk_settings": ("值班台设置", "Settings of the desk"),
    "desk_settings_told": ("值、来源、自何时起生效", "Value, where it came from, since when it is in force"),
    "rules": ("检测规则", "Rules of detection"),
    "rules_told": (
        "方法版本与全部参数；含义见 docs/method.md",
        "Version of the method and every parameter; docs/method.md tells what they are",
    ),
    "setting": ("设置", "Setting"),
    "meaning": ("含义", "Meaning"),
    "value": ("值", "Value"),
    "source": ("来源", "Source"),
    "source.environment": ("环境变量", "environment"),
    "source.default": ("默认", "default"),
    "since": ("生效", "In force since"),
    "since_told": ("值班台启动时记入审计", "Noted in the audit as the desk starts"),
    "not_noted": ("未记录", "not noted"),
    "none_told": ("本值班台未告知设置。", "This desk was told no settings."),
    "registered": ("登记", "Registered"),
    "zone": ("时区", "Time zone"),
    "devices": ("传感器", "Devices"),
    "places": ("企业", "Enterprises"),
    "permits": ("在册许可与计划", "Permits and planned works"),
    "parameter": ("参数", "Parameter"),
}
