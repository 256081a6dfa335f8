"""The inspector's page: a signed link in a message opens one ticket on a phone."""
