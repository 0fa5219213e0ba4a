"""What a rule is, and how rules, ledger and waivers become a policy pack."""
