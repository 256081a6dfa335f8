"""Tables of a folder and their rules, judged by DuckDB, as findings."""
