"""Line protocol from columns, by the letter."""

import numpy as np
import pytest

from streams.history.flux import parse_rows, rows_query, text_literal
from streams.history.lines import in_batches, series_key, tag_value, to_lines

TIMES = np.array([1, 2, 3], np.int64)


@pytest.mark.parametrize(
    ("name", "written"),
    [
        pytest.param("ms-001", "m,s=ms-001", id="plain"),
        pytest.param("a b,c=d", r"m,s=a\ b\,c\=d", id="signs of the protocol"),
        pytest.param("三号站", "m,s=三号站", id="chinese"),
        pytest.param('a"b', 'm,s=a"b', id="quotes are letters"),
        pytest.param("a\nb 1 2", r"m,s=a\nb\ 1\ 2", id="a line feed can not begin a line"),
        pytest.param("a\\", "m,s=a\\\\ ", id="a backslash can not swallow"),
        pytest.param("", "m", id="empty"),
    ],
)
def test_names_are_escaped(name: str, written: str) -> None:
    assert series_key("m", {"s": name}) == written


def test_a_row_without_any_field_has_no_line() -> None:
    column = np.array([1.5, np.nan, -2.0])

    lines = to_lines(["m"], np.zeros(3, np.int32), {"x": column, "y": np.full(3, np.nan)}, TIMES)

    assert lines.to_pylist() == ["m x=1.5 1\n", "m x=-2 3\n"]


def test_missing_fields_leave_no_comma() -> None:
    fields = {"x": np.array([np.nan, 1.0, np.nan]), "y": np.array([2.0, np.nan, 3.0]), "k": np.array([7, 8, 9])}

    lines = to_lines(["m", "n"], np.array([1, 0, 1]), fields, TIMES)

    assert lines.to_pylist() == ["n y=2,k=7i 1\n", "m x=1,k=8i 2\n", "n y=3,k=9i 3\n"]


def test_every_bit_of_a_number_travels() -> None:
    values = np.array([0.1 + 0.2, 1e-300, 123456789.123456789])

    lines = to_lines(["m"], np.zeros(3, np.int32), {"x": values}, TIMES).to_pylist()

    assert [float(line.split("=")[1].split(" ")[0]) for line in lines] == values.tolist()


@pytest.mark.parametrize("batch_lines", [1, 2, 3, 100])
def test_batches_are_all_the_lines(batch_lines: int) -> None:
    lines = to_lines(["m"], np.zeros(3, np.int32), {"x": np.array([1.0, np.nan, 3.0])}, TIMES)

    batches = list(in_batches(lines, batch_lines))

    assert b"".join(batches) == b"m x=1 1\nm x=3 3\n"
    assert all(batch.count(b"\n") <= batch_lines for batch in batches)


def test_no_lines_are_no_batches() -> None:
    assert list(in_batches(to_lines(["m"], np.empty(0, np.int32), {}, np.empty(0, np.int64)), 10)) == []


def test_a_name_can_not_end_the_question() -> None:
    query = rows_query("b", "minute", {"sensor": '") |> drop() //'}, (), (0, 1))

    assert r'r.sensor == "\") |> drop() //"' in query
    assert text_literal("\\") == '"\\\\"'
    assert tag_value("a\\") in "a\\ "


def test_an_empty_answer_is_no_rows() -> None:
    time_ms, block = parse_rows(b"\r\n", ["x"])

    assert (len(time_ms), block.shape) == (0, (0, 1))


def test_answers_become_columns() -> None:
    answer = (
        b",result,table,_time,_value,_field\r\n"
        b",_result,0,2026-06-01T00:00:01Z,2.5,y\r\n,_result,0,2026-06-01T00:00:00.25Z,1.5,x\r\n"
        b",_result,0,2026-06-01T00:00:01Z,9,unknown\r\n\r\n"
    )

    time_ms, block = parse_rows(answer, ["x", "y"])

    assert time_ms.tolist() == [1780272000250, 1780272001000]
    assert np.array_equal(block, [[1.5, np.nan], [np.nan, 2.5]], equal_nan=True)
