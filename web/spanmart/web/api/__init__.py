"""The JSON API under /api/ai-interactions."""
