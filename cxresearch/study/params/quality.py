"""Section ``analysis.quality``: from where the rules of data quality look twice."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import Field, model_validator

from cxresearch.study.fields import Number, Section, Share, UniqueLabels, Whole, wrong

Ratio = Annotated[Number, Field(gt=0)]
Correlation = Annotated[Number, Field(ge=-1, le=1)]
Some = Annotated[Whole, Field(ge=2)]


class Quality(Section):
    """Limits of the rules of data quality: working rules, not derived facts."""

    core: UniqueLabels = ()
    """Keys or columns that a complete interview answers; by default every rating column."""
    complete_from: Share = 0.8
    """Share of the core questions answered from which an interview is complete."""
    partial_from: Share = 0.5
    """Share from which it is partial; below, most questions were left blank."""
    not_applicable_above: Share = 0.5
    """Share of "not applicable" above which a respondent did not use what was asked about."""
    speeder_below: Ratio = 0.33
    """Duration over the usual one (the median of those asked alike) of who was too fast."""
    fast_below: Ratio = 0.5
    """Duration over the usual one of who was fast."""
    speed_index_from: Ratio = 2.0
    """Relative speed over the pages (1 is usual, 3 the most) of who was too fast."""
    straight_items: Some = 8
    """Items of a battery from which one and the same answer to all is looked at."""
    same_answers_items: Some = 10
    """Answers that two respondents must have given alike to be taken for copies."""
    mean_run_above: Ratio = 5.0
    """Mean length of runs of equal answers, together with a second sign."""
    least_variation: Share = 0.01
    """Share of respondents who vary least, looked at together with a second sign."""
    unusual_below: Share = 0.001
    """p value of a combination of answers below which it is unusual."""
    even_odd_below: Correlation = 0.3
    """Consistency of the halves of the dimensions below which they contradict each other."""
    similar_above: Annotated[Number, Field(gt=0, lt=1)] = 0.6
    """Correlation of two items, of either sign, from which they ask nearly the same."""
    synonyms_below: Correlation = 0.3
    """Consistency over such pairs below which a respondent contradicts himself."""
    fewest_pairs: Some = 3
    """Such pairs below which nobody is judged by them."""
    reversed_above: Share = 0.5
    """Distance of reversed items from the others, over the width of the scale."""
    order_breach_above: Share = 0.4
    """Share of items with adequate above desired."""
    points_within: Ratio = 1.0
    """How far importance points may sum from 100 and be taken as they are."""
    points_rescaled_within: Ratio = 10.0
    """How far they may sum from 100 and be rescaled; beyond, they are missing."""
    missing_above: Share = 0.2
    """Share of blanks above which a question is named."""

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        for low, high in (
            ("partial_from", "complete_from"),
            ("speeder_below", "fast_below"),
            ("points_within", "points_rescaled_within"),
        ):
            if getattr(self, low) > getattr(self, high):
                raise wrong(f"{low} is above {high}", "exchange the two")
        return self
