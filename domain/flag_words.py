"""What the flags of quality control are called, Chinese first, English after it."""

FLAG_WORDS = {
    "range": "超出量程 out of range",
    "spike": "尖峰 spike",
    "stuck": "读数不变 stuck",
    "inversion": "PM2.5 高于 PM10 PM2.5 above PM10",
    "humidity": "高湿影响 humidity",
    "rate": "变化过快 changes too fast",
    "offline": "离线 offline",
    "clock": "时钟偏差 clock is off",
    "position": "定位异常 position is off",
    "unit": "单位有误 wrong unit",
    "drift": "漂移 drift",
}
"""Name of a flag (`quality.FLAG_NAMES`) → both languages in one line."""
