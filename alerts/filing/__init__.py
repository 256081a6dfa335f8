"""The page on which an enterprise files what it put right and its self-checks; a signed link opens it."""
