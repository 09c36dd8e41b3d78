"""A client for Blooio's V4 API. It knows the provider and nothing of webhooks."""

from blooio.client import Blooio
from blooio.models import Content, Fallback, LinkPreview, SendRequest, SentMessage
from blooio.outcome import Outcome, Verdict, classify, unreachable

__all__ = [
    "Blooio",
    "Content",
    "Fallback",
    "LinkPreview",
    "Outcome",
    "SendRequest",
    "SentMessage",
    "Verdict",
    "classify",
    "unreachable",
]
