"""Words of check-ins: results, reasons, causes, covers, measures and conflicts, and the pages' own."""

from alerts.pages.words import Words

RESULTS: Words = {
    "blocked": ("禁止签到", "Blocked"),
    "over_frequency": ("超频次", "Over frequency"),
    "no_plan": ("无计划", "No plan"),
    "allowed": ("可以检查", "Allowed"),
}
REASONS: Words = {
    "fruitless_visits": (
        "365 天内同一人员到该企业检查三次均未发现问题，不能签到；确需检查，请负责人说明理由放行",
        "the same inspector came here three times within 365 days and found no problem; ask a chief, who says why",
    ),
    "cap_reached": (
        "今年检查次数已用完；继续检查须写明事由：线索、投诉或专项",
        "the year's visits are used up; to go on, give a cause: clue, complaint or special",
    ),
    "cause_untrue": (
        "今年检查次数已用完，所写事由查无依据：没有派往该企业的线索或未结投诉",
        "the year's visits are used up, and the cause is not so: no clue was dispatched here, no complaint is open",
    ),
    "nothing_covers": (
        "没有计划、派单或投诉，无计划不检查",
        "no plan, no dispatched ticket and no complaint covers this visit: no plan, no check",
    ),
    "white_listed": (
        "企业在白名单内，不作日常检查；只有线索、投诉或专项计划可以入企",
        "the enterprise is on the white list: only a clue, a complaint or a planned campaign opens its door",
    ),
    "covered_by_plan": ("有检查计划", "a plan covers it"),
    "covered_by_ticket": ("有派单线索", "a dispatched clue covers it"),
    "covered_by_complaint": ("有投诉", "a complaint covers it"),
    "overridden": ("负责人已放行", "a chief let it go on"),
}
CAUSES: Words = {
    "clue": ("线索", "clue"),
    "complaint": ("投诉", "complaint"),
    "special": ("专项", "special campaign"),
}
COVERS: Words = {
    "plan": ("计划", "plan"),
    "ticket": ("线索工单", "ticket"),
    "complaint": ("投诉", "complaint"),
}
CONFLICTS: Words = {
    "fruitless_visits": ("此前已三次未发现问题", "three fruitless visits came before it"),
    "cap_reached": ("超过全年次数且无事由", "above the year's visits without a cause"),
}
FIGURES: Words = {
    "used_of": ("本年已用 {used} / {cap} 次", "{used} of {cap} visits used this year"),
}

PAGE: Words = {
    "day": ("日期", "Day"),
    "show": ("查看", "Show"),
    "answers_of": ("签到记录", "Answers to scans"),
    "blocked_now": ("禁止签到，待负责人处理", "Blocked, waiting for a chief"),
    "blocked_told": (
        "近 30 天仍被禁止的扫码；负责人说明理由后放行",
        "Scans of the last 30 days; a chief says why one goes on",
    ),
    "conflicts": ("待说明的检查", "Visits to explain"),
    "conflicts_told": (
        "迟到的扫码使这些检查缺少放行或事由；检查已发生，由负责人记录原因",
        "Late scans left these visits without a chief's word or a cause; they took place, a chief records why",
    ),
    "awaiting": ("待填结果的检查", "Visits without an outcome"),
    "awaiting_told": ("未填结果按未发现问题计", "A visit without an outcome counts as one that found no problem"),
    "by_hand": ("手工签到", "Check in by hand"),
    "check_in": ("签到", "Check in"),
    "enterprise_code": ("企业码", "Enterprise code"),
    "code_hint": ("扫码内容或企业编号", "what the code says, or the enterprise's id"),
    "inspector": ("检查人员", "Inspector"),
    "cause": ("事由", "Cause"),
    "no_cause": ("（未写）", "(none)"),
    "ticket": ("工单编号", "Ticket id"),
    "plan": ("计划编号", "Plan id"),
    "time": ("扫码时间", "Scanned"),
    "received": ("收到", "received"),
    "enterprise": ("企业", "Enterprise"),
    "answer": ("结论", "Answer"),
    "cover": ("依据", "Covered by"),
    "reason": ("理由", "Reason"),
    "let_in": ("放行", "Let in"),
    "settle": ("记录原因", "Record why"),
    "conflict": ("问题", "Conflict"),
    "outcome": ("检查结果", "Outcome"),
    "problem_found": ("发现问题", "Problem found"),
    "measure": ("处理", "Measure"),
    "note": ("说明", "Note"),
    "file": ("提交", "File"),
    "open_conflicts": ("待说明", "To explain"),
    "codes": ("企业码打印", "Codes to print"),
    "codes_told": ("贴在企业门口；检查人员入企先扫码", "For the enterprises' gates; inspectors scan before they enter"),
    "too_long": ("内容过长，无法生成二维码", "too long for a QR code"),
    "page_of": ("第 {page} / {pages} 页", "Page {page} of {pages}"),
    "before": ("上一页", "Previous"),
    "after": ("下一页", "Next"),
    "all": ("全部企业", "All enterprises"),
}
