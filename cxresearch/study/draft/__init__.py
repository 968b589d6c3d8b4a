"""A study's files drafted from its answers: every column guessed, with reason and confidence."""

from cxresearch.study.draft.drafting import Draft, draft
from cxresearch.study.draft.guesses import Guess

__all__ = ["Draft", "Guess", "draft"]
