"""How many customers to ask, how sure that makes us, and whom the answers stand for."""

from cxresearch.sampling.plan import SamplePlan, plan
from cxresearch.sampling.response import ResponseRates, response_rates
from cxresearch.sampling.sizes import detectable_change, margin_of_error, power, required_n
from cxresearch.sampling.weighting import Weighting, rake

__all__ = [
    "ResponseRates",
    "SamplePlan",
    "Weighting",
    "detectable_change",
    "margin_of_error",
    "plan",
    "power",
    "rake",
    "required_n",
    "response_rates",
]
