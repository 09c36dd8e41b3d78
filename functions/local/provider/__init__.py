"""The simulated provider: Blooio's endpoints over a phone that remembers, with faults and receipts."""
