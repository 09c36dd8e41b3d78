"""Where the parts of a checkout lie."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EVENTS = ROOT / "events"
TEMPLATE = ROOT / "template.yaml"
RULES = ROOT / "functions" / "rules" / "rules.yaml"
SAM_LOCAL = ROOT / "functions" / "local" / "sam-local.json"
RUNS = ROOT / ".hookline"  # where the runs on this machine say where they are
