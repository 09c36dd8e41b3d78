"""The rules file: who may be texted, who may call, and what happens."""

from hookline.rules.load import load, load_text
from hookline.rules.model import Basic, Bearer, Chat, Hmac, Rule, Rules, Source, Token

__all__ = ["Basic", "Bearer", "Chat", "Hmac", "Rule", "Rules", "Source", "Token", "load", "load_text"]
