"""What an admin does to a data folder: back up, restore, compact, check, take away what is too old."""
