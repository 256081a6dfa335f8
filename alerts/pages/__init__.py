"""Pages around the desk: one shell, one way to say words in two languages, one set of headers."""
