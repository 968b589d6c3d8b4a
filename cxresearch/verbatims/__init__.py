"""Customers in their own words: themes, what goes along with them, and who speaks at all."""

from cxresearch.verbatims.codeframe import CodeFrame, load_codeframe
from cxresearch.verbatims.coders import Agreement, agreement
from cxresearch.verbatims.masking import Masked, mask
from cxresearch.verbatims.posts import SocialPosts, posts, volume
from cxresearch.verbatims.themes import Themes, themes

__all__ = [
    "Agreement",
    "CodeFrame",
    "Masked",
    "SocialPosts",
    "Themes",
    "agreement",
    "load_codeframe",
    "mask",
    "posts",
    "themes",
    "volume",
]
