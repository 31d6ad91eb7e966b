"""The frozen text encoder, and its cache of token vectors."""
