"""What can be configured: by flags, variables and a file."""
