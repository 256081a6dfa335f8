"""An answer to a scan as a person reads it."""

from alerts.pages.words import language_of, say
from alerts.pages.words.check_ins import FIGURES, REASONS, RESULTS
from alerts.store.models import CheckInRow


def in_words(row: CheckInRow, language: str) -> str:
    """Return result, reason and what is used of the year's visits as one line."""
    lang = language_of(language)
    words = say(lang, RESULTS, FIGURES)
    reason, used = say(lang, REASONS)[row.reason], words["used_of"].format(used=row.used, cap=row.cap)
    return f"{words[row.result]}：{reason}（{used}）" if lang == "zh" else f"{words[row.result]}: {reason} ({used})"
