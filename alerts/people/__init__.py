"""Who uses the system: people, their roles, and how they show who they are."""
