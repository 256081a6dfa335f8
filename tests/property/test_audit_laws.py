"""Laws of the chain of hashes: whatever is done to its rows, the first place that differs is named."""

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from alerts.audit_check import check_chain
from alerts.store.acts import Act
from alerts.store.audit import FIRST, hash_of_told

texts = st.text(st.characters(codec="utf-8"), max_size=8)
told = st.lists(st.tuples(st.integers(0, 2**53), texts, texts, texts, texts), min_size=1, max_size=8)


def chain(rows) -> list[Act]:
    acts: list[Act] = []
    for seq, (at_ms, who, what, subject, detail) in enumerate(rows, 1):
        previous = str(acts[-1].hash) if acts else FIRST
        row = Act(seq=seq, at_ms=at_ms, who=who, what=what, subject=subject, detail=detail, previous=previous, hash="")
        acts.append(replace(row, hash=hash_of_told(row.told())))
    return acts


@given(told)
def test_an_untouched_chain_is_whole(rows):
    acts = chain(rows)

    found = check_chain(acts, len(acts))

    assert (found.whole, found.rows, found.head) == (True, len(acts), acts[-1].hash)


@given(told, st.data())
def test_any_change_of_any_cell_is_found_at_its_row(rows, data):
    acts = chain(rows)
    row = data.draw(st.integers(0, len(acts) - 1))
    name = data.draw(st.sampled_from(["seq", "at_ms", "who", "what", "subject", "detail", "previous", "hash"]))
    old = getattr(acts[row], name)
    new = data.draw((st.integers() if isinstance(old, int) else texts).filter(lambda value: value != old))
    acts[row] = replace(acts[row], **{name: new})

    assert check_chain(acts, len(acts)).seq == row + 1


@given(told, st.data())
def test_a_row_made_anew_with_its_own_hash_is_found(rows, data):
    """Whoever knows how hashes are made can mend one row, but then the next no longer fits."""
    acts = chain(rows)
    row = data.draw(st.integers(0, len(acts) - 1))
    forged = replace(acts[row], who=f"{acts[row].who}!")
    acts[row] = replace(forged, hash=hash_of_told(forged.told()))

    found = check_chain(acts, len(acts))

    is_last = row == len(acts) - 1
    assert found.seq == (None if is_last else row + 2)
    assert found.head != chain(rows)[-1].hash or not is_last


@given(told, st.data())
def test_rows_in_another_order_are_found_at_the_first_place_that_differs(rows, data):
    acts = chain(rows)
    mixed = data.draw(st.permutations(acts))
    wrong = [place for place, (one, other) in enumerate(zip(acts, mixed, strict=True)) if one.seq != other.seq]

    assert check_chain(mixed, len(acts)).seq == (wrong[0] + 1 if wrong else None)


@given(told, st.data())
def test_a_row_taken_away_is_missing(rows, data):
    acts = chain(rows)
    gone = data.draw(st.integers(0, len(acts) - 1))

    found = check_chain(acts[:gone] + acts[gone + 1 :], len(acts))

    assert found.seq == gone + 1
    assert "missing" in found.fault
