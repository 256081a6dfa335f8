"""Words of the plans' page, and a merging's figures in words."""

from collections.abc import Mapping
from typing import Any

from alerts.pages.words import LANGUAGES, Words

PLANS: Words = {
    "month": ("月份", "Month"),
    "earlier": ("上月", "Earlier"),
    "later": ("下月", "Later"),
    "this_month": ("本月", "This month"),
    "team": ("部门", "Department"),
    "every_team": ("全部部门", "All departments"),
    "enterprise": ("企业", "Enterprise"),
    "every_enterprise": ("全部企业", "All enterprises"),
    "show": ("显示", "Show"),
    "calendar": ("检查日历", "Calendar of visits"),
    "visits_in_month": ("本月入企次数", "Visits this month"),
    "fields_in_month": ("本月检查事项", "Fields this month"),
    "visit": ("入企", "Visit"),
    "visits_of_day": ("{visits} 次入企，{fields} 项检查", "{visits} visits, {fields} fields"),
    "weekdays": ("一 二 三 四 五 六 日", "Mon Tue Wed Thu Fri Sat Sun"),
    "visits_list": ("入企清单", "Visits"),
    "day": ("日期", "Day"),
    "fields": ("部门与事项", "Departments and fields"),
    "minutes": ("分钟", "Minutes"),
    "state": ("状态", "State"),
    "state_filed": ("已报送，待排期", "Filed, not planned yet"),
    "state_placed": ("已排期", "Planned"),
    "state_held": ("未排期", "Held"),
    "state_done": ("已完成", "Done"),
    "state_withdrawn": ("已撤回", "Withdrawn"),
    "state_missed": ("已过期未到", "Missed"),
    "special": ("专项", "Special campaign"),
    "held": ("未能排期的计划", "Plans that are held"),
    "plan": ("计划编号", "Plan"),
    "window": ("时间窗", "Window"),
    "reason": ("原因", "Reason"),
    "why_window_over": ("时间窗已过", "its window is over"),
    "why_white_listed": ("企业在白名单内，不作日常检查", "the enterprise is on the white list"),
    "why_no_working_day": ("时间窗内没有工作日", "no working day in its window"),
    "why_cap_reached": ("企业本年检查次数已满", "the year's visits to the enterprise are used up"),
    "why_no_capacity": ("部门当日工时已满", "the team has no time left in its window"),
    "waiting": ("待排期", "Not planned yet"),
    "published": ("已发布的排期", "Published schedules"),
    "version": ("版本", "Version"),
    "by": ("发布人", "By"),
    "before_after": ("合并前后入企次数", "Visits before and after merging"),
    "least": ("可证明的最少次数", "Proven least"),
    "changes": ("改期", "Changed"),
    "act": ("办理", "File and publish"),
    "file_plans": ("报送计划（CSV）", "File plans (CSV)"),
    "file_teams": ("登记部门每日工时（CSV）", "Register teams (CSV)"),
    "file_fields": ("登记检查事项（CSV）", "Register fields (CSV)"),
    "check": ("试报（不保存）", "Only check"),
    "would_file": (
        "可报送 {filed} 项计划，另有 {there} 项已在库。未保存。",
        "{filed} plans would be filed, {there} are there already. Nothing was kept.",
    ),
    "were_filed": (
        "已报送 {filed} 项计划，另有 {there} 项已在库。",
        "{filed} plans filed, {there} were there already.",
    ),
    "send": ("报送", "Send"),
    "weekends": ("周末也检查", "Weekends too"),
    "closed": ("不检查的日期（如 2026-10-01 2026-10-02）", "Days without inspection (as 2026-10-01 2026-10-02)"),
    "preview": ("试排", "Look at a merging"),
    "publish": ("发布排期", "Publish"),
    "withdraw": ("撤回", "Withdraw"),
    "plan_ids": ("计划编号", "Plan"),
    "file_ics": ("下载日历 iCalendar", "Download iCalendar"),
    "no_visits": ("本月没有入企安排。", "No visits this month."),
    "shown_first": (
        "仅显示前 {most} 行，请按部门或企业筛选。",
        "The first {most} rows; choose a department or an enterprise.",
    ),
    "summary": (
        "{plans} 项计划：{placed} 项已排，{held} 项未排{why}。入企 {visits_unmerged} 次合并为 {visits} 次，"
        "可证明至少需 {visits_at_least} 次（差距 {gap_percent}%）。"
        "与已发布相比改期 {changes} 项（共 {published} 项）。",
        "{plans} plans: {placed} placed, {held} held{why}. {visits_unmerged} visits become {visits}; at least "
        "{visits_at_least} are needed, proven (gap {gap_percent} %). {changes} of {published} published days change.",
    ),
}


def told_in_words(figures: Mapping[str, Any], language: str) -> str:
    """Return a merging's figures as a few sentences."""
    column = LANGUAGES.index(language)
    why = "，".join(f"{PLANS[f'why_{name}'][column]} {n}" for name, n in figures["held"].items())
    told = {**figures, "held": sum(figures["held"].values()), "why": f"（{why}）" if why else ""}
    if language == "en":
        told["why"] = f" ({why.replace('，', ', ')})" if why else ""
    return PLANS["summary"][column].format(**told)


def filed_in_words(filed: int, there: int, language: str, *, dry_run: bool) -> str:
    """Return what a filing took, or would take."""
    name = "would_file" if dry_run else "were_filed"
    return PLANS[name][LANGUAGES.index(language)].format(filed=filed, there=there)
