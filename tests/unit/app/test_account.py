from hypothesis import given
from hypothesis import strategies as st

from app.demo.account import account_of

counts = st.integers(0, 10**9)


@given(counts, counts, counts, counts)
def test_what_ingest_and_qualify_account_for_is_not_lost(new, repeated, rejected, dropped_by_ingest):
    ingest = {"ingest_duplicates": float(dropped_by_ingest), "ingest_rejected.not_json": float(rejected)}
    worker = {"qualify.readings": float(new + repeated), "qualify.duplicates": float(repeated)}

    account = account_of(new + repeated + rejected + dropped_by_ingest, ingest, worker)

    assert account.lost == 0
    assert account.accepted == new
