"""Who may do what: users, tokens, and the log of what they did."""
