"""What an application says of its calls: interactions, prompts, the rules of their variables."""
