"""`python -m app.cli`: the same as `wugan`, for child processes."""

from app.cli import main

main()
