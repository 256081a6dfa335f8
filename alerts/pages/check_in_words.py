"""An answer to a scan as a person reads it."""

from alerts.pages.words import language_of, say
from alerts.pages.words.check_ins import FIGURES, REASONS, RESULTS
from alerts.store.models import CheckInRow


def in_words(row: CheckInRow, language: str) -> str:
    """Return result, reason and what is used of the year's visits as one line."""
    lang = language_of(language)
    return say(lang, RESULTS)[row.result] + ("：" if lang == "zh" else ": ") + because(row, lang)


def because(row: CheckInRow, language: str) -> str:
    """Return the reason and what is used of the year's visits."""
    lang = language_of(language)
    used = say(lang, FIGURES)["used_of"].format(used=row.used, cap=row.cap)
    reason = say(lang, REASONS)[row.reason]
    return f"{reason}（{used}）" if lang == "zh" else f"{reason} ({used})"
