"""What child processes say of themselves on /metrics and /readyz."""

import json
import urllib.error
import urllib.request

from prometheus_client.parser import text_string_to_metric_families

WAIT_S = 2.0


def metrics_at(port: int) -> dict[str, float]:
    """Return `name` or `name.what` → value of a process; nothing while it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics", timeout=WAIT_S) as answer:
            text = answer.read().decode()
    except (OSError, urllib.error.URLError):
        return {}
    found: dict[str, float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            if sample.name.startswith("wugan_"):
                what = sample.labels.get("what", "")
                name = sample.name.removeprefix("wugan_").removesuffix("_total")
                found[f"{name}.{what}" if what else name] = sample.value
    return found


def readiness_at(port: int) -> dict[str, str] | None:
    """Return what hinders a process; empty = ready, None = it does not answer."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=WAIT_S):
            return {}
    except urllib.error.HTTPError as error:
        with error:
            return dict(json.loads(error.read()).get("why", {}))
    except (OSError, urllib.error.URLError):
        return None
