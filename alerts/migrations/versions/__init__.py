"""One file a revision, oldest `v0001`."""
