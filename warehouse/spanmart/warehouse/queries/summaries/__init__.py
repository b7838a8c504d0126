"""Answers that are figures: metrics, costs, quality, by time and by group."""
