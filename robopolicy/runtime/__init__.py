"""One command being carried out, and a session of them."""
