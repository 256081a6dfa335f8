"""Supervision around the tickets: who is registered, credit and grades, visits, plans, clues from elsewhere.

The rules are `domain.supervision`; here they are fed from the tables and their answers are kept. Nothing here is on
the stream's way.
"""
