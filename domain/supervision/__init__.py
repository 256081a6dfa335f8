"""Facts about enterprises and visits to grades, credit, caps, answers at the door and suggested measures.

Every rule is a function of its arguments: a store feeds sequences of visits, facts and plans, and the day or moment
to judge by is an argument too. Reasons are codes; words for people belong to whoever shows them.
"""
