"""What a params file says: one file per section, and the whole."""

from cxresearch.study.params.alerts import Alert
from cxresearch.study.params.analysis import (
    AnalysisSection,
    Baseline,
    Bridge,
    Drivers,
    MinN,
    Scorecard,
    ScorecardRow,
    Servqual,
    Target,
    Trends,
)
from cxresearch.study.params.data import DataSection, Eligible, Entity, Reading, Source, Wave
from cxresearch.study.params.load import load_params, read_mapping, read_params
from cxresearch.study.params.overrides import read_override
from cxresearch.study.params.params import Params
from cxresearch.study.params.quality import Quality
from cxresearch.study.params.report import Brand, ReportSection
from cxresearch.study.params.study import StudySection
from cxresearch.study.params.tables import TABLE_COLUMNS, Table

__all__ = [
    "TABLE_COLUMNS",
    "Alert",
    "AnalysisSection",
    "Baseline",
    "Brand",
    "Bridge",
    "DataSection",
    "Drivers",
    "Eligible",
    "Entity",
    "MinN",
    "Params",
    "Quality",
    "Reading",
    "ReportSection",
    "Scorecard",
    "ScorecardRow",
    "Servqual",
    "Source",
    "StudySection",
    "Table",
    "Target",
    "Trends",
    "Wave",
    "load_params",
    "read_mapping",
    "read_override",
    "read_params",
]
