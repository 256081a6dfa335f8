"""How the devices fare: what is live and what was judged → who needs care."""
