"""Every rule: pass, fail, absent, unknown."""
