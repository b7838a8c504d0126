"""The OpenAI client: how it is wrapped, and what of its calls is recorded."""
