"""Hookline on one machine: the engine, the worker, the gateway and a simulated Blooio. Never deployed."""
