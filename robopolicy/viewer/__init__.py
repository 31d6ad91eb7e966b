"""The page: a desk in the browser, for visitors who type commands."""
