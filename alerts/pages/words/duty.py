"""Words that pages of the duty share: states, kinds, pollutants, moves, reasons, flags and troubles of devices."""

from alerts.pages.words import Words
from alerts.pages.words.clues import STATES

POLLUTANTS: Words = {
    "pollutant.pm25": ("PM2.5", "PM2.5"),
    "pollutant.pm10": ("PM10", "PM10"),
    "pollutant.nox": ("NOx", "NOx"),
    "pollutant.o3": ("O3", "O3"),
}
KINDS: Words = {
    "kind.local": ("局地", "local"),
    "kind.regional": ("区域", "regional"),
    "kind.sensor": ("传感器", "sensor"),
    "device.station": ("微站", "station"),
    "device.vehicle": ("巡航车", "vehicle"),
    "device.reference": ("标准站", "reference station"),
}
MOVES: Words = {
    "move.dispatch": ("派单", "dispatched"),
    "move.watch": ("关注", "watched"),
    "move.dismiss": ("驳回", "dismissed"),
    "move.shelve": ("搁置", "shelved"),
    "move.merge": ("合并", "merged"),
    "move.undo": ("撤回派单", "dispatch undone"),
    "move.outcome": ("填报结果", "result filed"),
    "advised.dispatch": ("建议派单", "advised: dispatch"),
    "advised.watch": ("建议关注", "advised: watch"),
    "advised.dismiss": ("建议驳回", "advised: dismiss"),
}
DISMISSALS: Words = {
    "dismissal.sensor_fault": ("传感器故障", "sensor fault"),
    "dismissal.humidity": ("湿度影响", "humidity"),
    "dismissal.regional": ("区域传输", "regional transport"),
    "dismissal.registered_works": ("已登记施工", "registered works"),
    "dismissal.duplicate": ("重复", "duplicate"),
    "dismissal.other": ("其他", "other"),
}
FLAGS: Words = {
    "flag.range": ("超出量程", "out of range"),
    "flag.spike": ("尖峰", "spike"),
    "flag.stuck": ("读数不变", "stuck"),
    "flag.inversion": ("PM2.5 高于 PM10", "PM2.5 above PM10"),
    "flag.humidity": ("高湿影响", "humidity"),
    "flag.rate": ("变化过快", "changes too fast"),
    "flag.offline": ("离线", "offline"),
    "flag.clock": ("时钟偏差", "clock is off"),
    "flag.position": ("定位异常", "position is off"),
    "flag.unit": ("单位有误", "wrong unit"),
    "flag.drift": ("漂移", "drift"),
}
DEVICES: Words = {
    "standing.normal": ("正常", "normal"),
    "standing.hot": ("偏高", "raised"),
    "standing.breach": ("突破背景", "breach"),
    "standing.stale": ("数据过时", "stale"),
    "standing.offline": ("离线", "offline"),
    "standing.excluded": ("未采信", "not believed"),
    "trouble.offline": ("离线", "Offline"),
    "trouble.stale": ("数据过时", "Stale"),
    "trouble.stuck": ("读数不变", "Stuck"),
    "trouble.drift": ("漂移", "Drift"),
    "trouble.flagged": ("其他质控标记", "Other flags"),
    "trouble.ticket": ("待维护", "Needs care"),
    "trouble.calibration": ("校准超过一年", "Calibrated over a year ago"),
    "never": ("从未", "never"),
    "unknown": ("未登记", "not registered"),
    "days": ("{n} 天", "{n} d"),
    "hours": ("{n} 小时", "{n} h"),
    "minutes": ("{n} 分钟", "{n} min"),
    "seconds": ("{n} 秒", "{n} s"),
}
DUTY: Words = {**STATES, **POLLUTANTS, **KINDS, **MOVES, **DISMISSALS, **FLAGS, **DEVICES}
