"""The words of the public wall view, Chinese and English; apart from the desk's, whose page they would make heavier."""

from domain import shared_words
from maps.words import Language

_TABLE: dict[str, tuple[str, str]] = {
    **shared_words.under("pollutant.", shared_words.POLLUTANTS),
    **shared_words.under("kind.", shared_words.DEVICES),
    "wall": ("公开大屏", "Public view"),
    "map": ("监测点位", "Monitoring points"),
    "figures": ("此刻", "Now"),
    "tickets": ("最近的线索", "Latest clues"),
    "no_tickets": ("目前没有线索", "No clues now"),
    "online": ("传感器在线", "Sensors online"),
    "raised": ("升高的传感器", "Raised sensors"),
    "open": ("处置中的线索", "Open clues"),
    "background": ("区域背景", "Background of the zone"),
    "clue_note": (
        "线索均为疑似，低成本传感器数据不作执法依据",
        "Clues are suspicions; low-cost sensor data are no evidence for enforcement",
    ),
    "pause": ("暂停轮换", "Pause"),
    "go_on": ("继续轮换", "Go on"),
    "next": ("下一屏", "Next view"),
    "as_of": ("截至 {time}", "As of {time}"),
    "frozen": ("数据自 {time} 起未更新", "Data frozen since {time}"),
    "frozen_start": ("尚未收到数据", "No data yet"),
    "priority": ("优先级 {n}", "Priority {n}"),
    "peak": ("{pollutant} {value}，背景 {background}", "{pollutant} {value}, background {background}"),
    "state.raised": ("升高", "raised"),
    "state.quiet": ("正常", "normal"),
    "state.silent": ("无数据", "no data"),
    "other_language": ("English", "中文"),
}


def wall_words(language: Language) -> dict[str, str]:
    """Return every word of the wall in one language."""
    at = list(Language).index(language)
    return {name: pair[at] for name, pair in _TABLE.items()}
