"""Every survey indicator of the registry in one table: what this study can tell, and what not."""

from cxresearch.indicators.survey import Indicators, survey

__all__ = ["Indicators", "survey"]
