"""The topic that alarms ring."""
