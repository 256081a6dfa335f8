"""Words of the overview."""

from alerts.pages.words import Words

OVERVIEW: Words = {
    "registered": ("在册企业", "Registered enterprises"),
    "white_listed": ("白名单", "White list"),
    "risk_class": ("风险等级", "Risk class"),
}
