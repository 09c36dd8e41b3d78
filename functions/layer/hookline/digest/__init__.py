"""What many messages that a chat held say in one text. Pure; times are ms since 1970.

A summary is filled entry by entry and stays small, whatever comes: a chat may hold a hundred thousand. All are counted;
what is named is kept within bounds.
"""

from hookline.digest.entry import Entry
from hookline.digest.summary import Summary

__all__ = ["Entry", "Summary"]
