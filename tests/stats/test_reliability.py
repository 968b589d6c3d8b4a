"""Reliability: the six-item matrix and small examples with known values, R on real data, laws."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cxresearch.errors import StatisticsError
from cxresearch.stats import importance, reliability
from cxresearch.stats.single_factor import single_factor

ITEMS = [f"x{j}" for j in range(1, 7)]
ROWS = [
    [0.60],
    [0.55, 0.50],
    [0.30, 0.35, 0.25],
    [0.25, 0.30, 0.20, 0.65],
    [0.20, 0.20, 0.25, 0.60, 0.55],
]
M6 = pd.DataFrame(np.eye(6), ITEMS, ITEMS)
for _i, _row in enumerate(ROWS, start=1):
    M6.iloc[_i, :_i] = _row
    M6.iloc[:_i, _i] = _row
TEN = pd.DataFrame(
    [
        [int(answer) for answer in str(row)]
        for row in (5454, 4443, 3233, 5545, 2322, 4344, 1221, 5445, 3342, 4554)
    ],
    columns=list("abcd"),
)
CLOSE = {"abs": 6e-8}


def part(*names: str) -> pd.DataFrame:
    return M6.loc[list(names), list(names)]


class TestFixtures:
    def test_alpha(self) -> None:
        assert reliability.alpha(M6) == pytest.approx(0.7885714, **CLOSE)
        assert reliability.alpha(part("x1", "x2", "x3")) == pytest.approx(0.7857143, **CLOSE)
        assert reliability.alpha(part("x4", "x5", "x6")) == pytest.approx(0.8181818, **CLOSE)

    def test_items(self) -> None:
        np.testing.assert_allclose(
            reliability.alpha_if_dropped(M6),
            [0.7578740, 0.7539683, 0.7692308, 0.7377049, 0.7539683, 0.7655039],
            atol=6e-8,
        )
        np.testing.assert_allclose(
            reliability.item_rest(M6),
            [0.5331529, 0.5493503, 0.4853627, 0.6155432, 0.5493503, 0.5011614],
            atol=6e-8,
        )

    def test_feldt(self) -> None:
        value = reliability.alpha(TEN.cov())
        assert value == pytest.approx(0.9331072, **CLOSE)
        found = reliability.feldt_interval(value, 10, 4)
        assert found.conf_low == pytest.approx(0.8240147, **CLOSE)
        assert found.conf_high == pytest.approx(0.9813381, **CLOSE)

    def test_weighted(self) -> None:
        cov = importance.weighted_cov(TEN, [1, 2, 1, 1, 2, 1, 1, 1, 2, 1])
        assert reliability.alpha(cov) == pytest.approx(0.9272318, **CLOSE)

    def test_omega(self) -> None:
        assert reliability.omega_total(M6) == pytest.approx(0.7740919, abs=1e-6)

    def test_omega_of_correlated_factors(self) -> None:
        loadings = np.zeros((6, 2))
        loadings[:3, 0] = 0.7951008, 0.7563289, 0.6769703
        loadings[3:, 1] = 0.8534706, 0.7659436, 0.7044554
        phi = [[1, 0.4508210], [0.4508210, 1]]
        found = reliability.omega_of_model(loadings, 1 - (loadings**2).sum(axis=1), phi)
        assert found == pytest.approx(0.8561535, abs=1e-6)

    def test_difference(self) -> None:
        found = reliability.difference_reliability(1.2, 0.9, 0.88, 0.84, 0.45)
        assert found == pytest.approx(0.7633803, **CLOSE)

    def test_spearman_brown(self) -> None:
        assert reliability.spearman_brown(0.65) == pytest.approx(0.7878788, **CLOSE)
        pair = pd.DataFrame([[1, 0.65], [0.65, 1]])
        assert reliability.alpha(pair) == pytest.approx(0.7878788, **CLOSE)
        assert reliability.spearman_brown(0.6, 1) == 0.6


SCALES = [
    "rel_bfi_A",
    "rel_bfi_C",
    "rel_bfi_ACE",
    "rel_bfi_A_unreversed",
    "rel_mobi_PERQ",
    "rel_mobi_IMAG",
    "rel_mobi_CUSL",
    "rel_mobi_PERV_2items",
]


@pytest.mark.reference
class TestReference:
    """psych, lavaan and semTools on real answers."""

    @staticmethod
    def case(reference: Path, name: str) -> tuple[pd.DataFrame, dict]:
        text = (reference / "oracles" / "reliability.json").read_text(encoding="utf-8")
        case = next(one for one in json.loads(text) if one["id"] == name)
        frame = pd.read_csv(reference / "oracles" / "data" / case["data"])[case["args"]["items"]]
        reverse = case["args"]["reversed"] or []
        for item in [reverse] if isinstance(reverse, str) else reverse:
            frame[item] = 7 - frame[item]
        return frame, case["expected"]

    @pytest.mark.parametrize("name", SCALES)
    def test_scale(self, reference: Path, name: str) -> None:
        frame, expected = self.case(reference, name)
        frame = frame.dropna()
        cov, corr = frame.cov(), frame.corr()
        exact = {"abs": 1e-9}
        assert len(frame) == expected["n"]
        assert reliability.alpha(cov) == pytest.approx(expected["alpha_raw"], **exact)
        assert reliability.alpha(corr) == pytest.approx(expected["alpha_std"], **exact)
        assert reliability.lambda2(cov) == pytest.approx(expected["guttman_lambda2"], **exact)
        assert reliability.lambda6(cov) == pytest.approx(expected["guttman_lambda6"], **exact)
        rest = expected["item_total_corrected_rdrop"]
        assert reliability.item_rest(cov).to_dict() == pytest.approx(rest, **exact)
        for level, key in ((0.95, "alpha_feldt_ci95"), (0.9, "alpha_feldt_ci90")):
            found = reliability.feldt_interval(
                expected["alpha_raw"], expected["n"], expected["k"], level
            )
            assert [found.conf_low, found.conf_high] == pytest.approx(expected[key], **exact)
        if expected["k"] == 2:
            assert reliability.alpha_if_dropped(cov).isna().all()
            return
        for matrix, kind in ((cov, "raw"), (corr, "std")):
            dropped = reliability.alpha_if_dropped(matrix).to_dict()
            assert dropped == pytest.approx(expected[f"alpha_if_deleted_{kind}"], **exact)

    @pytest.mark.parametrize("name", SCALES[:-1])
    def test_one_factor(self, reference: Path, name: str) -> None:
        frame, expected = self.case(reference, name)
        cov = frame.dropna().cov()
        lavaan = expected["omega_congeneric_lavaan"]
        # lavaan stops its search near 1e-5
        near = {"abs": 1e-4}
        assert reliability.omega_total(cov) == pytest.approx(lavaan["model_implied"], **near)
        found = reliability.composite(cov)
        assert found.cr == pytest.approx(expected["cr_from_std_loadings"], **near)
        assert found.ave == pytest.approx(expected["ave_from_std_loadings"], **near)
        # its covariances have the divisor n
        n, sign = expected["n"], np.sign(sum(lavaan["loadings_unstd"].values()))
        loadings = (found.model.loadings * sign * np.sqrt((n - 1) / n)).to_dict()
        assert loadings == pytest.approx(lavaan["loadings_unstd"], **near)
        residual = (found.model.uniquenesses * (n - 1) / n).to_dict()
        assert residual == pytest.approx(lavaan["residual_var"], abs=1e-3)
        if name == "rel_mobi_CUSL":
            assert found.model.heywood == ("CUSL3",)
        else:
            assert found.model.heywood == ()
            standard = reliability.omega_total(frame.dropna().corr())
            assert standard == pytest.approx(expected["omega_onefactor_ml_corr"], **near)

    def test_pairwise(self, reference: Path) -> None:
        frame, expected = self.case(reference, "rel_bfi_A_pairwise")
        assert reliability.alpha(frame.cov()) == pytest.approx(expected["alpha_raw"], abs=1e-9)


class TestLaws:
    @settings(max_examples=30, deadline=None)
    @given(
        loadings=st.lists(st.floats(0.3, 0.95), min_size=3, max_size=8),
        scales=st.lists(st.floats(0.2, 5), min_size=8, max_size=8),
    )
    def test_a_true_model_is_found(self, loadings: list[float], scales: list[float]) -> None:
        lam = np.array(loadings)
        sd = np.array(scales[: len(lam)])
        R = np.outer(lam, lam) + np.diag(1 - lam**2)
        cov = pd.DataFrame(R * np.outer(sd, sd))
        found = single_factor(cov)
        np.testing.assert_allclose(found.loadings, lam * sd, rtol=1e-5)
        np.testing.assert_allclose(found.standardised, lam, rtol=1e-5)
        assert found.discrepancy == pytest.approx(0, abs=1e-9)
        true = (lam * sd).sum() ** 2 / cov.to_numpy().sum()
        assert reliability.omega_total(cov) == pytest.approx(true)
        # alpha and lambda 2 are lower bounds of it
        assert reliability.alpha(cov) <= reliability.lambda2(cov) + 1e-12
        assert reliability.lambda2(cov) <= true + 1e-9

    @given(order=st.permutations(ITEMS), unit=st.floats(0.1, 100))
    def test_item_order_and_unit_do_not_matter(self, order: list[str], unit: float) -> None:
        turned = M6.loc[order, order] * unit
        assert reliability.alpha(turned) == pytest.approx(reliability.alpha(M6))
        pd.testing.assert_series_equal(
            reliability.alpha_if_dropped(turned)[ITEMS], reliability.alpha_if_dropped(M6)
        )
        assert reliability.omega_total(turned) == pytest.approx(reliability.omega_total(M6))

    def test_dropping_is_leaving_out(self) -> None:
        for item, value in reliability.alpha_if_dropped(M6).items():
            rest = [name for name in ITEMS if name != item]
            assert reliability.alpha(part(*rest)) == pytest.approx(value)


class TestFaults:
    def test_reversed_items_give_a_negative_alpha(self) -> None:
        sign = np.array([1, -1, 1, 1, -1, -1])
        assert reliability.alpha(M6 * np.outer(sign, sign)) < 0

    @pytest.mark.parametrize(
        ("call", "message"),
        [
            (lambda: reliability.alpha(part("x1")), "at least two items"),
            (lambda: reliability.alpha(M6 * 0), "never varies"),
            (lambda: reliability.alpha(TEN), "same labels"),
            (lambda: reliability.alpha(M6.mask(M6 == 0.65)), "finite and symmetric"),
            (
                lambda: reliability.alpha(pd.DataFrame([[1.0, -1], [-1, 1]])),
                "sum of the items does not vary",
            ),
            (lambda: reliability.omega_total(part("x1", "x2")), "fewer than three items"),
            (lambda: reliability.omega_total(pd.DataFrame(np.ones((3, 3)))), "singular"),
            (
                lambda: reliability.omega_total(
                    pd.DataFrame([[1, 0.5, 0.5], [0.5, 1, -0.3], [0.5, -0.3, 1]])
                ),
                "ran away|singular",
            ),
            (lambda: reliability.difference_reliability(1, 1, 0.8, 0.8, 1), "does not vary"),
            (lambda: reliability.spearman_brown(-1.0), "not defined"),
            (lambda: reliability.feldt_interval(0.8, 1, 4), "two respondents"),
        ],
    )
    def test_message(self, call, message: str) -> None:
        with pytest.raises(StatisticsError, match=message):
            call()
