"""Words of the overview."""

from alerts.pages.words import Words
from alerts.pages.words.statistics import NAMED

OVERVIEW: Words = {
    **NAMED,
    "registered": ("在册企业", "Registered enterprises"),
    "white_listed": ("白名单", "White list"),
    "risk_class": ("风险等级", "Risk class"),
    "grade": ("等级", "Grade"),
    "today": ("今天", "Today"),
    "waits": ("待办", "Waiting"),
    "this_month": ("本月与上月", "This month against the last"),
    "what": ("事项", "What"),
    "how_many": ("数量", "How many"),
    "nothing_waits": ("没有待办事项。", "Nothing waits."),
    "before": ("上期", "Before"),
    "more_figures": ("更多统计", "More figures"),
    "places": ("企业", "Enterprises"),
    "points": ("{value} 个百分点", "{value} points"),
    "minutes": ("{value} 分钟", "{value} min"),
    "figure_clues": ("新线索", "New clues"),
    "figure_planned_today": ("计划检查", "Planned visits"),
    "answers_late": ("超时未处置的线索", "Clues that nobody answered in time"),
    "arrivals_late": ("超时未到场的派单", "Dispatches where nobody arrived in time"),
    "conflicts": ("存疑检查，待科长说明", "Visits in conflict, for a chief to settle"),
    "results_missing": ("检查结果未填", "Visits without a result"),
    "plans_missed": ("到期未检查的计划", "Plans whose day is over without a visit"),
    "plans_held": ("暂缓的计划", "Plans held"),
    "rectifications_late": ("逾期未整改", "Rectifications overdue"),
    "rectifications_due": ("七日内到期的整改", "Rectifications due within seven days"),
    "measures_open": ("待定措施的问题", "Matters without a measure"),
    "complaints_open": ("未办结的投诉", "Open complaints"),
    "findings_open": ("未整改核查问题", "Open findings of data checks"),
}
