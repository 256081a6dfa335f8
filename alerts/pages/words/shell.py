"""Words of the shell around every page."""

from alerts.pages.words import Words

SHELL: Words = {
    "product": ("无感", "Wugan"),
    "skip": ("跳到内容", "Skip to content"),
    "desk": ("值班台", "Desk"),
    "overview": ("监管总览", "Supervision"),
    "enterprises": ("企业", "Enterprises"),
    "check_ins": ("入企扫码", "Check-ins"),
    "plans": ("综合查一次", "Plans"),
    "data_checks": ("数据核查", "Data checks"),
    "clues": ("外来线索", "Clues from elsewhere"),
    "compliance": ("合规先行", "Compliance"),
    "statistics": ("统计", "Statistics"),
    "shift": ("交接班", "Hand-over"),
    "sensors": ("传感器", "Sensors"),
    "deliveries": ("推送", "Deliveries"),
    "settings": ("设置", "Settings"),
    "pages": ("页面", "Pages"),
    "duty_pages": ("值班页面", "Pages of the duty"),
    "other_language": ("English", "中文"),
    "as_of": ("截至", "As of"),
    "none": ("无", "none"),
    "print": ("打印", "Print"),
    "download_csv": ("下载 CSV", "Download CSV"),
}
