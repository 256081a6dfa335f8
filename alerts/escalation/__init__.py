"""Who is asked when nobody answers a ticket, and when."""
