"""The pages under /admin-dashboard, rendered on the server and readable without JavaScript."""
