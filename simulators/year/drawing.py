"""A simulated year → one SVG: what visits found, way by way, and visits by grade, old and new."""

from collections.abc import Iterator
from html import escape

from domain.supervision.grades import Grade
from simulators.year.assumptions import REPORTED_NEW_RATE, REPORTED_OLD_RATE
from simulators.year.compare import COMPARED, Year
from simulators.year.telling import change_of, percent

WIDTH, HEIGHT = 860, 640
_LEFT, _BAR, _STEP, _LONG = 270.0, 22.0, 40.0, 480.0
_STYLE = (
    "text{font:14px system-ui,sans-serif;fill:#1d2733}.title{font-size:17px;font-weight:600}.small{font-size:12px;"
    "fill:#52606d}.old{fill:#9aa5b1}.new{fill:#1f6feb}.mark{stroke:#b42318;stroke-dasharray:4 3}"
)


def as_svg(year: Year) -> str:
    """Return the plot, one file, without scripts or addresses but the namespace."""
    title = f"模拟年 Simulated year {COMPARED}, seed {year.seed}"
    body = "\n".join((*_rates(year), *_grades(year)))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {HEIGHT}" role="img" '
        f'aria-labelledby="title"><title id="title">{escape(title)}</title><style>{_STYLE}</style>\n'
        f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>\n'
        f'<text class="title" x="20" y="30">{escape(title)}</text>\n{body}\n</svg>\n'
    )


def _rates(year: Year) -> Iterator[str]:
    yield _text(20, 62, "查有问题率 Share of visits that found a problem")
    top, bottom = 80.0, 80.0 + 5 * _STEP
    for row, one in enumerate((*year.lived, year.alone)):
        rate = one.all.rate or 0.0
        told = f"{percent(one.all.rate)} · {one.all.visits:,} visits"
        yield from _bar(top + row * _STEP, one.way.name, rate * _LONG, told, "old" if row == 0 else "new")
    for share, words in ((REPORTED_OLD_RATE, "reported, old"), (REPORTED_NEW_RATE, "reported, new")):
        x = _LEFT + share * _LONG
        yield f'<line class="mark" x1="{x:.1f}" y1="{top - 8}" x2="{x:.1f}" y2="{bottom}"/>'
        yield _text(x - 30, bottom + 16, f"{share:.0%} {words}", "small")


def _grades(year: Year) -> Iterator[str]:
    top = 345.0
    yield _text(20, top - 18, "各级检查次数 Visits by grade, old way (grey) and this way")
    most = max(one.by_grade[grade].visits for one in (year.old, year.new) for grade in Grade) or 1
    for row, grade in enumerate(Grade):
        y = top + row * 68
        for number, (one, kind) in enumerate(((year.old, "old"), (year.new, "new"))):
            count = one.by_grade[grade]
            told = f"{count.visits:,} · {percent(count.rate)} found"
            told += f" · {change_of(year, grade)}" if kind == "new" else ""
            name = f"{grade} · {year.graded[grade]:,} enterprises" if kind == "old" else ""
            yield from _bar(y + number * (_BAR + 3), name, count.visits / most * 300, told, kind)


def _bar(y: float, name: str, length: float, told: str, kind: str) -> Iterator[str]:
    yield _text(20, y + 16, name) if name else ""
    yield f'<rect class="{kind}" x="{_LEFT}" y="{y:.1f}" width="{length:.1f}" height="{_BAR}" rx="3"/>'
    yield _text(_LEFT + length + 8, y + 16, told)


def _text(x: float, y: float, words: str, kind: str = "") -> str:
    return f'<text class="{kind}" x="{x:.1f}" y="{y:.1f}">{escape(words)}</text>'
