"""The page that visitors see: a live session through viser, its controls, and who may come in."""
