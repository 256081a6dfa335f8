"""A report → its three plots: visits over time, visits per grade, and found-a-problem rates."""

from collections.abc import Mapping

from markupsafe import Markup

from alerts.pages.plots import Plot, Series, bars
from alerts.supervision.statistics import Report
from domain.supervision.statistics import Compared, Dimension

_WHY = {"visits_routine": "routine", "visits_clue": "for_a_clue", "visits_special": "special"}
_RATES = {"found_rate": "every_visit", "found_rate_routine": "routine", "found_rate_clue": "for_a_clue"}


def plots(of: Report, over: Dimension, words: Mapping[str, str]) -> list[tuple[str, Markup]]:
    """Return (heading, SVG) of each plot."""
    told = (_over_time(of, over, words), _per_grade(of, words), _rates(of, words))
    return [(plot.title, bars(plot)) for plot in told]


def _over_time(of: Report, over: Dimension, words: Mapping[str, str]) -> Plot:
    groups = of.groups[over]
    series = [
        Series(name=words[word], values=[group.figures[name].now.value for group in groups])
        for name, word in _WHY.items()
    ]
    return Plot(title=words["plot_time"], labels=[group.key for group in groups], series=series, stacked=True)


def _per_grade(of: Report, words: Mapping[str, str]) -> Plot:
    groups = [group for group in of.groups[Dimension.GRADE] if group.key]
    now = [group.figures["visits"].now.value for group in groups]
    before = [group.figures["visits"].before for group in groups]
    series = [Series(name=words["now"], values=now), Series(name=words["before"], values=before)]
    return Plot(title=words["plot_grade"], labels=[group.key for group in groups], series=series)


def _rates(of: Report, words: Mapping[str, str]) -> Plot:
    told = [of.figures[name] for name in _RATES]
    series = [
        Series(name=words["now"], values=[one.now.value for one in told], spans=[_span(one) for one in told]),
        Series(name=words["before"], values=[one.before for one in told]),
    ]
    labels = [words[word] for word in _RATES.values()]
    return Plot(title=words["plot_rate"], labels=labels, series=series, share=True)


def _span(one: Compared) -> tuple[float, float] | None:
    low, high = one.now.low, one.now.high
    return None if low is None or high is None else (low, high)
