"""How the answer of `GET /statistics` is written, for its description."""

from datetime import date

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field


class PeriodTold(BaseModel):
    """Days of the site's zone, both included; a running period counts up to today."""

    model_config = ConfigDict(populate_by_name=True)

    name: str = Field(examples=["2026-11"])
    first: date = Field(alias="from")
    until: date
    days: int
    running: bool


class FigureTold(BaseModel):
    """A figure; `numerator`, `low` and `high` (95 %) of ratios, `denominator` of ratios and of times."""

    value: float | None = Field(description="Null where there was nothing to tell it of.")
    unit: str = Field(description="count, ratio or minutes.")
    numerator: float | None = None
    denominator: float | None = Field(None, description="Of a time: how many cases it is of.")
    low: float | None = None
    high: float | None = None
    before: float | None = Field(description="In the period before.")
    change: float | None = Field(description="Of a ratio the difference, else by which share of before it changed.")


class GroupTold(BaseModel):
    """Figures of one key; a null key = none applies."""

    key: str | None
    name: str | None
    figures: dict[str, FigureTold]


class Statistics(BaseModel):
    """Figures of a period, whole and in groups; docs/statistics.md says what each figure is."""

    site: str
    zone: str
    as_of: AwareDatetime
    period: PeriodTold
    against: PeriodTold
    only: dict[str, str] = Field(description="Filters that were asked for.")
    figures: dict[str, FigureTold]
    groups: dict[str, list[GroupTold]]
