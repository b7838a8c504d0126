"""What calls cost: the prices of genai-prices and a folder's own, as lists of which one is in force."""
