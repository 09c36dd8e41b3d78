"""Turns webhooks into text messages.

A webhook: receive -> verify -> parse -> route -> render -> queue (the order is in ``intake``).
A message: claim -> pace -> send -> log, one chat strictly in order (the order is in ``outbox``).
"""
