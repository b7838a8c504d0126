"""Questions asked of the marts."""
