"""How fast marts are built, refreshed and asked, over a ledger of made-up calls of any size."""
