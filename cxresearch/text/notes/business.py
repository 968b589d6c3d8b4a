"""Sentences on operational tables, loyalty, the scorecard and the registry of indicators."""

from cxresearch.text.catalogue import mark, marks

SENTENCES: dict[str, str | tuple[str, str]] = {
    # loyalty
    "later_association": mark(
        "These are associations of answers with what came later, not proof of what would change "
        "what."
    ),
    "link_selection": mark(
        "Only customers who answered and can be linked are seen; the others may differ."
    ),
    "link_unweighted": mark("Models of staying and revenue do not use the sampling weights."),
    "between_customers": marks(
        "Only {n} customer answered twice, so revenue is compared between customers, who may "
        "differ in size for other reasons.",
        "Only {n} customers answered twice, so revenue is compared between customers, who may "
        "differ in size for other reasons.",
    ),
    "thin_events": mark(
        "{outcome_kind}: fewer than ten customers left ({n}) for each of {p} coefficients."
    ),
    "hazards_not_proportional": mark(
        "The ratio of the speeds of leaving changes with time (p = {p_value}); it is an average."
    ),
    "no_risk": mark(
        "Revenue at risk cannot be told: too few customers left, or no revenue is known."
    ),
    # scorecard
    "status_rule": mark(
        "Green from a probability of {green} that the true value meets the target, red up to "
        "{red}; a convention."
    ),
    "no_goals": mark("No goals are declared: neither scorecard rows nor targets."),
    "no_error_known": mark(
        "{measure} was counted elsewhere and comes without bases or is no share, so how sure it is "
        "is not known: it has no interval."
    ),
    "no_std_error": mark("{measure} has no standard error, hence no probability and no light."),
    "no_figure": mark("There is no figure for {measure}."),
    "target_is_baseline": mark(
        "{measure} starts at or beyond its target, so there is no way to cover: "
        "the goal is to hold."
    ),
    "exact_status": mark("{measure} is counted in full: met or not, without sampling error."),
    # operational tables
    "cut_assumed": mark(
        "The table {table} names no cut: the midnight after its last time, {day}, is taken."
    ),
    "events_collapsed": mark("The log {table} with {n} updates became {n_total} rows, one each."),
    "window_days": marks(
        "{measure}: window of {days} days; {n} left out because it was not wholly observed.",
        "{measure}: window of {days} days; {n} left out because theirs was not wholly observed.",
    ),
    "mostly_open": mark("{measure}, {group}: {share} are not over yet; the tail is unknown."),
    "calendar_hours": mark("Times are counted in hours of the calendar."),
    "business_hours": mark(
        "Times to reply and to settle are counted in business hours: days {days} of the week, "
        "{start} to {end}."
    ),
    "periods_partial": mark("Not wholly observed: {periods}."),
    "not_grouped": mark("The tables do not have these groups ({by}) for: {measures}."),
    "complaints_counted": mark("Complaints were counted in the table {table}."),
    "promise_midnight": mark("Promises are days without a time; kept until their {kept}."),
    "one_evaluator": mark(
        "{measure}: one person judged everything, so the judge cannot be told from what was judged."
    ),
    "few_branches": marks(
        "{measure}: {n} branch is too few for an interval to be trusted.",
        "{measure}: {n} branches are too few for an interval to be trusted.",
    ),
    "standard_rule": mark("A check with points meets the standard from {share} of them on."),
    "answers_after_tickets": mark(
        "{measure}: answers of customers whose matter was settled within {days} days before."
    ),
    "counts_overdispersed": mark(
        "{measure}: the counts of the periods scatter {ratio} times as much as chance allows; "
        "exact Poisson intervals are too narrow for comparing periods."
    ),
    "clv_exploding": mark(
        "Lifetime value without an end would be {times} times that of the horizon: it hangs on "
        "how long one looks ahead."
    ),
    "actions_no_comparison": mark(
        "No action names a branch, so nothing is compared with places where nothing was done: "
        "a change after an action may have other reasons."
    ),
    "actions_overlap": marks(
        "{n} action lies within the time before or after another one on the same indicator.",
        "{n} actions lie within the time before or after another one on the same indicator.",
    ),
    "clv_terms": mark(
        "Lifetime value: {years} years ahead, yearly interest {interest}, first margin {timing}."
    ),
}
