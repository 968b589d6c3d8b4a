"""Trends over waves: what really changed, where the level stands, and where it is going."""

from cxresearch.trends.breaks import Breaks, breaks
from cxresearch.trends.chart import ControlChart, chart_series, control_chart
from cxresearch.trends.comparability import Comparability, comparability
from cxresearch.trends.compare import WaveContrasts, compare
from cxresearch.trends.forecast import Forecast, forecast
from cxresearch.trends.mix import MixAdjusted, mix_adjusted
from cxresearch.trends.outlook import Outlook, forecast_series
from cxresearch.trends.track import Track, track

__all__ = [
    "Breaks",
    "Comparability",
    "ControlChart",
    "Forecast",
    "MixAdjusted",
    "Outlook",
    "Track",
    "WaveContrasts",
    "breaks",
    "chart_series",
    "comparability",
    "compare",
    "control_chart",
    "forecast",
    "forecast_series",
    "mix_adjusted",
    "track",
]
