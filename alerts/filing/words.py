"""Words of the enterprise's page."""

from alerts.pages.words import Words

FILING: Words = {
    "title": ("企业填报", "Filing by the enterprise"),
    "told": (
        "在此提交整改结果和自查情况。持有此链接者即可代表本企业填报，请妥善保管。",
        "File here what was put right, and self-checks. Whoever has this link files for the enterprise: keep it safe.",
    ),
    "done": ("已收到，谢谢。", "Received, thank you."),
    "to_do": ("待整改事项", "To put right"),
    "nothing_to_do": ("没有待整改事项。", "There is nothing to put right."),
    "before": ("已提交", "Filed before"),
    "your_text": ("整改结果（做了什么、何时完成）", "What was done, and when"),
    "self_check_done": ("今日自查已提交。", "Today's self-check is filed."),
    "wrong": ("没有提交成功", "Not filed"),
    "refused": ("链接无效或已过期", "This link is not valid, or no longer"),
    "refused_mend": ("请向园区索取新的链接。", "Ask the zone for a new one."),
}
