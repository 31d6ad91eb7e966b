"""Actions over a socket for openpi's clients, many at once."""
