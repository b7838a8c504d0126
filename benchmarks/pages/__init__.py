"""How fast pages answer, searches find and exports stream, asked over HTTP of a server on made-up calls."""
