"""The page that visitors see: a live desk through viser, its controls, and who may come in."""
