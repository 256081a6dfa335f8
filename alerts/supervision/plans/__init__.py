"""Plans at the desk: filed, merged into a schedule that is published, and done; the rules are `domain`'s."""
