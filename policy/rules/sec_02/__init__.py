"""SEC-02: secrets rotate within 90 days."""
