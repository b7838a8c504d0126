"""The files of a data folder: the ledger where spans land, and the catalogs around it."""
