import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.store.cursor import decode_cursor, encode_cursor
from domain.problem import Problem


@given(st.integers(-(2**63), 2**63 - 1), st.text("abcdef0123456789:-_", min_size=1))
def test_a_cursor_comes_back_as_it_was_and_fits_an_address(opened_ms, ticket_id):
    cursor = encode_cursor(opened_ms, ticket_id)

    assert decode_cursor(cursor) == (opened_ms, ticket_id)
    assert cursor.isascii()
    assert not set(cursor) & set("+/=&?# ")


@pytest.mark.parametrize("cursor", ["", "abc", "中", "!!!!", encode_cursor(2**63, "a"), encode_cursor(1, "a\x00")])
def test_a_cursor_of_somebody_else_is_refused(cursor):
    with pytest.raises(Problem) as refused:
        decode_cursor(cursor)
    assert refused.value.status == 422
