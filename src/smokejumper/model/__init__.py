"""The nouns of the product: frozen values that every other folder speaks in. Imports nothing of ours."""
