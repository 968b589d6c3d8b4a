"""Pairwise correlations, filled answers and their pooling; the Kano questionnaire."""

import numpy as np
import pandas as pd
import pytest

from cxresearch.errors import StatisticsError
from cxresearch.stats import importance
from cxresearch.stats.importance.available import nearest, pairwise_correlations
from cxresearch.stats.imputation import complete_sets, rubin
from cxresearch.stats.kano import CLASSES, classify, evaluate


def answers(n=400, seed=2, holes=0.0):
    rng = np.random.default_rng(seed)
    mood = rng.normal(size=n)
    X = pd.DataFrame({name: mood + rng.normal(size=n) for name in "abc"})
    y = X["a"] + 0.5 * X["b"] + rng.normal(size=n)
    if holes:
        X = X.mask(rng.random(X.shape) < holes)
    return X, y.to_numpy()


def test_rubin_known_answer():
    found = rubin([0.42, 0.45, 0.40, 0.47, 0.44], [0.0100, 0.0110, 0.0095, 0.0105, 0.0102])
    assert found.estimate == pytest.approx(0.436)
    assert (found.within, found.between) == (pytest.approx(0.01024), pytest.approx(0.00073))
    assert found.std_error == pytest.approx(0.1054324, abs=1e-7)
    assert found.df == pytest.approx(644.0934, abs=1e-4)
    with pytest.raises(StatisticsError, match="two or more"):
        rubin([1.0], [1.0])


def test_pairwise_correlations_are_those_of_pandas():
    X, _ = answers(holes=0.2)
    found, n, repaired = pairwise_correlations(X)
    np.testing.assert_allclose(found, X.corr(), atol=1e-12)
    assert n.loc["a", "b"] == X[["a", "b"]].dropna().shape[0]
    assert not repaired


def test_correlations_that_do_not_fit_are_repaired():
    R = np.array([[1, 0.9, -0.9], [0.9, 1, 0.9], [-0.9, 0.9, 1]])
    fixed = nearest(R)
    assert np.linalg.eigvalsh(fixed).min() > 0
    np.testing.assert_allclose(np.diag(fixed), 1)
    np.testing.assert_allclose(nearest(np.eye(3)), np.eye(3), atol=1e-9)


def test_pairwise_without_holes_is_the_usual():
    X, y = answers()
    one = importance.bootstrap(X, y, n_resamples=60, noise=True)
    other = importance.bootstrap(X, y, n_resamples=60, noise=True, pairwise=True)
    pd.testing.assert_frame_equal(one.table, other.table, rtol=1e-9)


def test_pairwise_with_holes_comes_near_the_whole():
    X, y = answers(2000)
    whole = importance.bootstrap(X, y, n_resamples=40).table["estimate"]
    holes = X.mask(np.random.default_rng(1).random(X.shape) < 0.2)
    found = importance.bootstrap(holes, y, n_resamples=40, pairwise=True).table["estimate"]
    np.testing.assert_allclose(found, whole, atol=0.03)


def test_two_questions_nobody_answered_both():
    frame = pd.DataFrame({"a": [1.0, 2, 3, np.nan, np.nan], "b": [np.nan, np.nan, 1, 2, 3]})
    with pytest.raises(StatisticsError, match="in common"):
        pairwise_correlations(frame)


def test_filled_answers_are_answers_that_somebody_gave():
    X, _ = answers(holes=0.2)
    rounded = X.round()
    sets = complete_sets(rounded, 3, np.random.default_rng(1))
    for one in sets:
        assert one.notna().all(axis=None)
        kept = rounded.notna()
        assert (one.where(kept) == rounded).where(kept, True).all(axis=None)
        for name in rounded:
            assert set(one[name]) <= set(rounded[name].dropna())
    assert not sets[0].equals(sets[1])


def test_filling_keeps_how_answers_move_together():
    X, y = answers(3000)
    gone = np.random.default_rng(4).random(3000) < 1 / (1 + np.exp(-X["b"]))  # by another answer
    holes = X.assign(a=X["a"].mask(gone), y=y)
    sets = complete_sets(holes, 5, np.random.default_rng(1))
    filled = np.mean([one["a"].corr(one["y"]) for one in sets])
    assert filled == pytest.approx(X["a"].corr(pd.Series(y)), abs=0.03)
    assert np.mean([one["a"].mean() for one in sets]) == pytest.approx(X["a"].mean(), abs=0.08)
    assert abs(holes["a"].mean() - X["a"].mean()) > 0.2


def test_pooled_draws_hold_what_the_holes_leave_open():
    X, y = answers(300)
    parts = [importance.bootstrap(X, y + i, n_resamples=40, seed=i, noise=True) for i in range(3)]
    whole = importance.pooled(parts)
    assert len(whole.draws) == 120
    np.testing.assert_allclose(whole.table["estimate"], parts[0].table["estimate"])
    assert (whole.table["conf_low"] <= whole.table["estimate"]).all()


def test_kano_known_answer():
    found = evaluate({"attractive": 40, "one_dimensional": 25, "must_be": 20, "indifferent": 15})
    assert (found.better, found.worse) == (pytest.approx(0.65), pytest.approx(-0.45))
    assert found.p_value == pytest.approx(0.0816815, abs=1e-7)
    assert (found.leading, found.second) == ("attractive", "one_dimensional")


def test_the_kano_table_of_five_by_five():
    pairs = [(f, d) for f in range(1, 6) for d in range(1, 6)]
    told = [CLASSES[code] for code in classify(*zip(*pairs, strict=True))]
    letters = {"attractive": "A", "one_dimensional": "O", "must_be": "M", "indifferent": "I"}
    letters |= {"reverse": "R", "questionable": "Q"}
    rows = ["".join(letters[one] for one in told[5 * k : 5 * k + 5]) for k in range(5)]
    assert rows == ["QAAAO", "RIIIM", "RIIIM", "RIIIM", "RRRRQ"]
    assert classify([np.nan, 1], [1, np.nan]).tolist() == [-1, -1]
    with pytest.raises(StatisticsError, match="1 to 5"):
        classify([7], [1])
