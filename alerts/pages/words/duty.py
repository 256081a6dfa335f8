"""Words that pages of the duty share: states, kinds, pollutants, moves, reasons, flags and troubles of devices."""

from alerts.pages.words import Words
from alerts.pages.words.clues import STATES
from domain import shared_words
from domain.shared_words import under

POLLUTANTS: Words = under("pollutant.", shared_words.POLLUTANTS)
KINDS: Words = {
    **under("device.", shared_words.DEVICES),
    "kind.local": ("局地", "local"),
    "kind.regional": ("区域", "regional"),
    "kind.sensor": ("传感器", "sensor"),
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
DISMISSALS: Words = under("dismissal.", shared_words.DISMISSALS)
FLAGS: Words = under("flag.", shared_words.FLAGS)
DEVICES: Words = {
    **under("standing.", shared_words.STANDINGS),
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
