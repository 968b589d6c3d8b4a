"""The customer base: who stays, who leaves, what those who stay bring, by period."""

from __future__ import annotations

from collections.abc import Sequence

from cxresearch import operations
from cxresearch.errors import AnalysisError, Fault
from cxresearch.operations import OperationsTable
from cxresearch.study.study import Study

MEASURES = (
    *("retention", "churn", "customer_gain", "revenue_churn", "nrr"),
    *("revenue_per_customer", "tenure", "clv"),
)


def base(
    study: Study,
    /,
    *,
    period: str | None = None,
    by: str | Sequence[str] | None = None,
    conf_level: float | None = None,
) -> OperationsTable:
    """Tell who stays and who leaves, and what customers bring, from the company's own tables.

    Parameters
    ----------
    study : Study
        With a table of customers; revenue and lifetime value need that of revenue, too.
    period : {"month", "quarter", "half_year", "year", "all"}, optional
        By default that of `operations.measure`.
    by : str or sequence of str, optional
        Columns of the customers, or of their branches.
    conf_level : float, optional

    Returns
    -------
    OperationsTable
        The same rows as `operations.measure` gives: ``retention, churn, customer_gain,
        revenue_churn, nrr, revenue_per_customer, tenure, clv``. Retention and churn of one cohort
        sum to 1; customers won since never count below the line. Lifetime value states its
        timing, interest and horizon in a note.

    Raises
    ------
    AnalysisError
        The study has no table of customers.
    """
    if "customers" not in study.tables:
        raise AnalysisError(
            Fault(
                kind="analysis",
                what="the study has no table of customers",
                where="params: tables.customers",
                hint="declare it with customer_id, start_date and end_date",
            )
        )
    return operations.measure(study, period=period, by=by, measures=MEASURES, conf_level=conf_level)
