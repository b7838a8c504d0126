"""What may leave the process: whether contents do, how long, and what is taken out of them."""
