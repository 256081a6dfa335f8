"""The counts of a process as Prometheus metrics, read when asked for."""

from collections.abc import Callable, Iterable, Iterator

from prometheus_client import CollectorRegistry
from prometheus_client.metrics_core import CounterMetricFamily, GaugeMetricFamily, HistogramMetricFamily, Metric
from prometheus_client.process_collector import ProcessCollector
from prometheus_client.registry import Collector

from ingest.counts import IngestCounts
from streams.meter import Histogram, Meter

Gauges = Callable[[], dict[str, float]]


class Counts(Collector):
    """Turns `name.reason` counts into one counter a name with the label `reason`."""

    def __init__(
        self,
        counts: Callable[[], dict[str, int]],
        gauges: Gauges = dict,
        histograms: Callable[[], dict[str, Histogram]] = dict,
    ) -> None:
        self._counts = counts
        self._gauges = gauges
        self._histograms = histograms

    def collect(self) -> Iterable[Metric]:
        """Yield every metric as it stands now."""
        yield from _counters(self._counts())
        for name, value in sorted(self._gauges().items()):
            family, _, label = name.partition(".")
            gauge = GaugeMetricFamily(f"wugan_{family}", _help(family), labels=["what"] if label else None)
            gauge.add_metric([label] if label else [], value)
            yield gauge
        for name, histogram in sorted(self._histograms().items()):
            yield _histogram(name, histogram)


def _counters(counts: dict[str, int]) -> Iterator[Metric]:
    families: dict[str, list[tuple[str, int]]] = {}
    for name, value in sorted(counts.items()):
        family, _, label = name.partition(".")
        families.setdefault(family, []).append((label, value))
    for family, members in families.items():
        counter = CounterMetricFamily(f"wugan_{family}", _help(family), labels=["what"])
        for label, value in members:
            counter.add_metric([label], value)
        yield counter


def _histogram(name: str, histogram: Histogram) -> Metric:
    family = HistogramMetricFamily(f"wugan_{name}_seconds", _help(name))
    buckets: list[tuple[str, float]] = []
    total = 0
    for edge, amount in zip((*histogram.EDGES_S, float("inf")), histogram.amounts, strict=True):
        total += amount
        buckets.append(("+Inf" if edge == float("inf") else str(edge), total))
    family.add_metric([], buckets, histogram.sum_s)
    return family


def _help(family: str) -> str:
    return f"wugan: {family.replace('_', ' ')}"


def registry_of(collector: Collector) -> CollectorRegistry:
    """Return a registry of the process's own metrics and ours."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    registry.register(collector)
    return registry


def meter_metrics(meter: Meter, gauges: Gauges) -> CollectorRegistry:
    """Return the metrics of a worker."""
    return registry_of(Counts(lambda: dict(meter.counts), gauges, lambda: dict(meter.histograms)))


def ingest_metrics(counts: IngestCounts) -> CollectorRegistry:
    """Return the metrics of ingest."""
    return registry_of(Counts(lambda: _ingest_counts(counts), lambda: _ingest_gauges(counts)))


def _ingest_counts(counts: IngestCounts) -> dict[str, int]:
    plain = {
        f"ingest_{name}": int(getattr(counts, name))
        for name in (
            "messages",
            "bytes",
            "readings",
            "accepted",
            "duplicates",
            "weather",
            "unknown_keys",
            "ticks",
            "wrong_topic",
            "redelivered",
        )
    }
    rejected = {f"ingest_rejected.{reason}": amount for reason, amount in counts.rejected.items()}
    weather = {f"ingest_weather_rejected.{reason}": amount for reason, amount in counts.weather_rejected.items()}
    return plain | rejected | weather


def _ingest_gauges(counts: IngestCounts) -> dict[str, float]:
    return {
        "ingest_connected": float(counts.connected),
        "ingest_kafka_away": float(counts.kafka_away),
        "ingest_waiting_messages": float(counts.waiting),
        "ingest_paused": float(counts.paused),
        "ingest_last_message_seconds": counts.last_message_ms / 1000,
        "ingest_sensors.offline": float(sum(said == "offline" for said in counts.status.values())),
    }
