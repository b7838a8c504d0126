"""The subcommands of `spanmart`, one module each, whose `command` is what click runs."""
