"""The words of the inspector's page, Chinese and English."""

from collections.abc import Mapping
from enum import StrEnum

from domain.shared_words import MEASURES, under


class Language(StrEnum):
    """A language of the page; the value is its `lang`."""

    ZH = "zh"
    EN = "en"


def language_of(asked: str) -> Language:
    """Return the language that was asked for; Chinese unless English was."""
    return Language.EN if asked.lower().startswith("en") else Language.ZH


_TABLE: dict[str, tuple[str, str]] = {
    "clue": ("线索 #{number}", "Clue #{number}"),
    "priority": ("{n} 级", "Priority {n}"),
    "what_over": ("背景 {background}，高出 {excess}", "background {background}, {excess} above"),
    "times": ("（{n} 倍）", " ({n}×)"),
    "deadline": ("时限", "Deadline"),
    "where": ("地点", "Where"),
    "still": ("线索位置示意图，上为北", "Where the clue is; north is up"),
    "open_in": ("在地图应用中打开", "Open in a map app"),
    "app.amap": ("高德地图", "Amap"),
    "app.baidu": ("百度地图", "Baidu Maps"),
    "app.geo": ("其他", "Other"),
    "datum": ("坐标（WGS-84）", "Position (WGS-84)"),
    "suspected": ("疑似来源", "Suspected sources"),
    "suspected_mark": ("疑似", "suspected"),
    "away": ("距传感器 {m} 米", "{m} m from the sensor"),
    "visits_of_cap": ("本年检查 {used}/{cap} 次", "{used} of {cap} visits this year"),
    "no_candidates": ("没有可指认的来源", "No source can be named"),
    "wind_unknown": ("无风向风速数据", "no wind data"),
    "your_name": ("您的姓名", "Your name"),
    "for": ("此链接发给：{who}", "This link is for {who}"),
    "act.accept": ("接受", "Accept"),
    "act.arrived": ("已到达", "Arrived"),
    "act.result": ("提交结果", "Send the result"),
    "result": ("核查结果", "Result"),
    "found": ("是否发现问题", "Was a problem found?"),
    "found.yes": ("发现问题", "A problem was found"),
    "found.no": ("未发现问题", "No problem was found"),
    "measure": ("处理措施", "Measure"),
    **under("measure.", MEASURES),
    "matter": ("具体问题（可不填）", "What was found (may be left out)"),
    "matter_hint": ("同一问题请用同一名称", "the same matter by the same name"),
    "severity": ("程度", "Severity"),
    "severity.slight": ("轻微", "slight"),
    "severity.ordinary": ("一般", "ordinary"),
    "severity.grave": ("严重", "grave"),
    "clause": ("依据条款", "Clause"),
    "mended_there": ("当场已改正", "Put right on the spot"),
    "suggested": ("建议措施：{measure}（{why}）", "Suggested: {measure} ({why})"),
    "suggested_days": ("；此前：{days}", "; before: {days}"),
    "why.grave_matter": ("严重问题", "a grave matter"),
    "why.not_mended_in_time": ("未按期改正", "not put right in time"),
    "why.repeated_matter": ("一年内再次发现同一问题", "the same matter again within a year"),
    "why.repeated_slight": ("一年内再次发现同一轻微问题", "the same slight matter again within a year"),
    "why.first_matter": ("首次发现", "found for the first time"),
    "why.first_slight_open": ("首次、轻微，尚未改正", "first and slight, not yet put right"),
    "why.first_slight_mended": ("首次、轻微且已及时改正", "first, slight and put right in time"),
    "note": ("说明", "Note"),
    "photos": ("照片", "Photographs"),
    "photos_hint": (
        "每张不超过 10 MB，最多 {n} 张；照片中的定位信息{kept}",
        "At most 10 MB each and {n} of them; where they were taken is {kept}",
    ),
    "position_kept": ("予以保留", "kept in them"),
    "position_gone": ("会被去除", "taken out"),
    "photo_by": ("{who}，{time}", "{who}, {time}"),
    "nothing_to_do": ("这张线索单现在不需要您操作。", "There is nothing for you to do with this clue now."),
    "accepted_by": ("{who} 已于 {time} 接受", "Accepted by {who} at {time}"),
    "js.offline": (
        "网络已断开：内容保存在本机，网络恢复后自动发送，请勿关闭此页",
        "No network: what you enter is kept on this phone and sent once it is back; leave this page open",
    ),
    "js.queued": ("{act}：已保存在本机，待发送", "{act}: kept on this phone, to be sent"),
    "js.sending": ("{act}：正在发送…", "{act}: sending…"),
    "js.sent": ("{act}：已送达 {time}", "{act}: received {time}"),
    "js.refused": ("{act}：未被接受。{why}", "{act}: refused. {why}"),
    "js.drop": ("知道了", "Dismiss"),
    "refused.403": ("链接无效或已过期", "This link is not valid, or no longer"),
    "refused.403.mend": ("请向值班人员索取新的链接。", "Ask the duty desk for a new one."),
    "refused.404": ("找不到", "Not found"),
    "refused.409": ("当前状态下不能这样操作", "This can't be done now"),
    "refused.409.mend": (
        "可能已有人处理，请返回查看最新状态。",
        "Somebody may have been first; go back and look again.",
    ),
    "refused.413": ("照片太大", "The photograph is too large"),
    "refused.413.mend": ("每张不超过 10 MB，请换一张或压缩后再传。", "At most 10 MB each; send a smaller one."),
    "refused.415": ("这个文件不是照片", "This file is not a photograph"),
    "refused.415.mend": ("请上传 JPEG、PNG 或 WebP 图片。", "Send a JPEG, PNG or WebP picture."),
    "refused.422": ("有一项没有填好", "Something is missing"),
    "refused.422.mend": ("请返回补充后再提交。", "Go back, fill it in and send again."),
    "refused.429": ("尝试次数过多", "Too many tries"),
    "refused.429.mend": ("请稍后再试，或向值班人员索取新的链接。", "Try later, or ask the duty desk for a new link."),
    "refused.503": ("系统暂时没有应答", "The desk does not answer just now"),
    "refused.503.mend": ("请稍后再试。", "Try again in a moment."),
    "refused.else": ("请求没有被接受", "The request was refused"),
    "back": ("返回", "Back"),
}


def page_words(language: Language, shared: Mapping[str, str]) -> dict[str, str]:
    """Return the page's words in one language, over those that it shares with the desk's pages."""
    column = 0 if language is Language.ZH else 1
    return dict(shared) | {key: pair[column] for key, pair in _TABLE.items()}
