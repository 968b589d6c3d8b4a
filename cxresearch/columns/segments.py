"""Columns of segments and service points."""

from cxresearch.columns.column import Column

COLUMNS: dict[str, Column] = {
    "difference": Column("group minus all others, in the row's unit", "number"),
    "difference_low": Column("lower end of the interval of the difference", "number"),
    "difference_high": Column("upper end of the interval of the difference", "number"),
    "standing": Column("the verdict in words of groups: above or below the rest", "code"),
    "shrunk": Column("score pulled towards the common mean (empirical Bayes)", "number"),
    "shrunk_low": Column("lower end of the interval of the shrunken score", "number"),
    "shrunk_high": Column("upper end of the interval of the shrunken score", "number"),
    "shrunk_weight": Column("how far a point is believed for itself, 0 to 1", "number"),
    "z": Column("distance from the common score in standard errors", "number"),
    "n_points": Column("service points that are shown", "count"),
    "i_squared": Column("share of the differences beyond sampling error, 0 to 1", "number"),
    "between_sd": Column("standard deviation of the true scores", "number"),
    "dispersion": Column("mean squared z in the funnel; above 1 limits are widened", "number"),
    "low3": Column("lower limit at three standard errors", "number"),
    "low2": Column("lower limit at two standard errors", "number"),
    "high2": Column("upper limit at two standard errors", "number"),
    "high3": Column("upper limit at three standard errors", "number"),
    "place": Column("where a point lies in the funnel", "code"),
    "share_rest": Column("the same share in all other groups", "share"),
}
