"""Names that nobody bears: every one says by its first word that it is an example."""

INDUSTRIES: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("精密制造", ("pm25", "pm10")),
    ("电子材料", ("nox",)),
    ("生物医药", ()),
    ("汽车零部件", ("pm25", "pm10", "nox")),
    ("食品加工", ("pm25",)),
    ("印刷包装", ("pm25",)),
    ("新型建材", ("pm25", "pm10")),
    ("热力供应", ("pm25", "nox")),
    ("家具涂装", ("pm25", "pm10")),
    ("金属铸造", ("pm25", "pm10", "nox")),
    ("物流仓储", ("pm10", "nox")),
)
"""What an invented enterprise may do, and which pollutants its registry entry names."""

_DIGITS = "零一二三四五六七八九"


def chinese_number(number: int) -> str:
    """Return a number from 1 to 999 in Chinese.

    >>> [chinese_number(n) for n in (3, 10, 12, 20, 35, 105, 110)]
    ['三', '十', '十二', '二十', '三十五', '一百零五', '一百一十']
    """
    hundreds, rest = divmod(number, 100)
    tens, ones = divmod(rest, 10)
    words = f"{_DIGITS[hundreds]}百" if hundreds else ""
    if hundreds and rest and not tens:
        words += "零"
    if tens:
        words += ("" if tens == 1 and not hundreds else _DIGITS[tens]) + "十"
    return words + (_DIGITS[ones] if ones else "")


def road_name(number: int, *, north_south: bool) -> str:
    """Return a road's name; `number` counts from 1."""
    return f"示例{chinese_number(number)}{'路' if north_south else '街'}"


def enterprise_name(industry: str, number: int) -> str:
    """Return an enterprise's name."""
    return f"示例{industry} {number:03d}"


def construction_name(number: int) -> str:
    """Return a construction site's name."""
    return f"示例工地 {number:02d}"
