"""When a flag of comparison heals."""

import numpy as np

from domain.healing import follow_agreement, still_held


def test_a_flag_heals_after_readings_in_a_row_that_agree_and_one_that_does_not_begins_anew() -> None:
    agrees, held = np.zeros((1, 4), np.int64), np.ones((1, 4), np.bool_)
    told = np.array([[True, True, False, True]])
    for agreeing in (True, True, False, True, True, True):
        agrees = follow_agreement(agrees, told, np.array([[True, agreeing, True, False]]))
    assert agrees.tolist() == [[6, 3, 0, 0]]
    assert still_held(held, agrees, 4).tolist() == [[False, True, True, True]]
