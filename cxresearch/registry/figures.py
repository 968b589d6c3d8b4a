"""Figures that a survey measure is told by: what each counts and over what."""

from __future__ import annotations

from cxresearch.registry.definitions import Figure

ANSWERED = "weight of those who answered"

FIGURES: tuple[Figure, ...] = (
    Figure(
        "nps",
        "100 × (promoters − detractors)",
        ANSWERED,
        "nps",
        "up",
        "adjusted_wald",
    ),
    Figure("promoters", "weight of answers 9–10", ANSWERED, "share", "up", "design_wilson"),
    Figure("passives", "weight of answers 7–8", ANSWERED, "share", "down", "design_wilson"),
    Figure("detractors", "weight of answers 0–6", ANSWERED, "share", "down", "design_wilson"),
    Figure(
        "top_box",
        "weight of the highest answers that the codebook counts as satisfied",
        ANSWERED,
        "share",
        "up",
        "design_wilson",
    ),
    Figure("top2", "weight of the two highest answers", ANSWERED, "share", "up", "design_wilson"),
    Figure("mean", "weighted sum of answers", ANSWERED, "points", "up", "t"),
    Figure(
        "paired_change",
        "weighted sum of the follow-up rating − the same person's rating right after service",
        "weight of those who gave both",
        "points",
        "up",
        "t",
    ),
    Figure(
        "rescaled",
        "weighted sum of 100 × (answer − lowest) / (highest − lowest)",
        ANSWERED,
        "index",
        "up",
        "t",
    ),
    Figure(
        "easy",
        "weight of answers above the middle of the scale",
        ANSWERED,
        "share",
        "up",
        "design_wilson",
    ),
    Figure(
        "low_effort",
        "weight of answers below the middle of the scale",
        ANSWERED,
        "share",
        "down",
        "design_wilson",
    ),
    Figure(
        "index",
        "weighted sum of 100 × (mean of overall satisfaction, confirmation of expectations and "
        "closeness to the ideal − lowest) / (highest − lowest)",
        ANSWERED,
        "index",
        "up",
        "t",
    ),
)
