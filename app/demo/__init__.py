"""`wugan demo`: every process of a running system on this machine, with embedded brokers and a simulated zone."""
