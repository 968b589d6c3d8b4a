"""Run notebooks for a study and publish one page for each, with an index."""
