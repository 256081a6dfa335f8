"""What the history can be told from outside."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True, kw_only=True)
class HistorySettings:
    """Where the history lies, and how long it keeps what.

    Attributes:
        url: `sqlite:///path` of a file, or `http(s)://host:8086` of an InfluxDB 2.
        site: Id of the site that is read and that the weather belongs to; empty: whatever is there.
        token: InfluxDB's token; never shown.
        org: InfluxDB's organisation.
        bucket: InfluxDB's bucket of raw readings; the minutes lie in `{bucket}_1m`.
        batch_lines: Lines in one request to InfluxDB; its makers advise 5,000.
        timeout_s: Longest wait for one answer. [s]
        retries: Tries again within one call, before the caller hears of it.
        raw_days: Raw readings are kept so long; 0 = for ever. [days]
        minute_days: Judged minutes and weather are kept so long; 0 = for ever. [days]
    """

    url: str = "sqlite:///.wugan/history.sqlite"
    site: str = ""
    token: str = field(default="", repr=False)
    org: str = "wugan"
    bucket: str = "wugan"
    batch_lines: int = 5000
    timeout_s: float = 10.0
    retries: int = 2
    raw_days: int = 30
    minute_days: int = 400

    @property
    def bucket_1m(self) -> str:
        """The bucket of minutes and weather."""
        return f"{self.bucket}_1m"
