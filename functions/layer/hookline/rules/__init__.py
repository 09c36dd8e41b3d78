"""The rules file: who may be texted, who may call, and what happens."""
