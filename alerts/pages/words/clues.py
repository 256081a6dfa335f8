"""Words of the pages of clues from elsewhere, of data checks and of satellite products."""

from alerts.pages.words import Words
from domain import shared_words
from domain.shared_words import under

SOURCES: Words = under("source.", shared_words.SOURCES)
STATES: Words = under("state.", shared_words.STATES)
CLUES: Words = {
    **SOURCES,
    **STATES,
    "open_clues": ("未了结", "Open"),
    "all_clues": ("全部", "All"),
    "listed": ("最近 {n} 条，最新在前", "The last {n}, newest first"),
    "clue": ("线索", "Clue"),
    "seen_at": ("发生时间", "Seen at"),
    "text": ("内容", "What it says"),
    "enterprise": ("企业", "Enterprise"),
    "nobody_named": ("未点名", "nobody named"),
    "ticket": ("线索单", "Ticket"),
    "result.opened": ("新开线索单", "opened it"),
    "result.joined": ("佐证已有线索单", "joined it"),
    "told_by": ("来自", "Told by"),
    "settled": ("已了结", "settled"),
    "settle": ("了结", "Settle"),
    "note": ("说明", "Note"),
    "tell_one": ("登记一条线索", "Tell a clue"),
    "source": ("来源", "Source"),
    "external_id": ("来源编号（同一编号只算一条）", "Its number at the source (the same twice is one)"),
    "time": ("发生时间（含时区）", "Seen at (with offset)"),
    "lon": ("经度 WGS-84", "Longitude WGS-84"),
    "lat": ("纬度 WGS-84", "Latitude WGS-84"),
    "enterprise_id": ("企业编号（可不填）", "Enterprise id (may be left out)"),
    "place_hint": (
        "填了企业编号，经纬度可不填。同一地点、前后 60 分钟内的线索并入已有线索单作佐证，否则新开一张。",
        "With an enterprise id, longitude and latitude may be left out. A clue of the same place within 60 minutes "
        "joins the open ticket as corroboration; else it opens its own.",
    ),
    "send": ("登记", "Send"),
    "no_clues": ("没有外来线索", "No clues from elsewhere"),
    "products": ("卫星产品", "Satellite products"),
    "products_caption": ("最近的网格产品；可在地图上叠加显示", "The last grids; the map can show them as a layer"),
    "product_name": ("产品", "Product"),
    "quantity": ("要素", "Quantity"),
    "cells": ("网格", "Cells"),
    "no_products": ("没有卫星产品", "No satellite products"),
    "import_hint": ("导入：", "To import one:"),
    "quantity.no2": ("二氧化氮", "NO2"),
    "quantity.aerosol": ("气溶胶", "Aerosol"),
}
DATA_CHECKS: Words = {
    **STATES,
    "open_findings": ("未整改", "Open"),
    "mended_findings": ("已整改", "Mended"),
    "all_findings": ("全部", "All"),
    "finding.open": ("未整改", "open"),
    "finding.mended": ("已整改", "mended"),
    "by_rule": ("按规则", "By rule"),
    "rule": ("规则", "Rule"),
    "enterprise": ("企业", "Enterprise"),
    "what": ("发现", "Finding"),
    "subject": ("对象", "Subject"),
    "state": ("状态", "State"),
    "seen": ("首次 / 最近发现", "First / last seen"),
    "ticket": ("线索单", "Ticket"),
    "findings_caption": ("未整改的在前；每条发现附证明数据行", "Open ones first; each with the rows that prove it"),
    "proof": ("证明数据行", "Proving rows"),
    "rows_of": ("{table}：{n} 行", "{table}: {n} rows"),
    "no_findings": ("没有数据核查发现", "No findings"),
    "run_hint": ("运行一组核查并登记到值班台：", "To run a set of checks and file it at the desk:"),
    "mend_hint": (
        "同一发现只有一条线索；下次核查不再发现的，自动了结。",
        "The same finding is one clue; what the next run no longer finds closes itself.",
    ),
    "back": ("返回列表", "Back to the list"),
}
