"""Commands being carried out: one command, a session of several, and the scene they happen in."""
