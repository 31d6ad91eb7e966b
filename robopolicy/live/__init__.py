"""A live desk on a page: the simulation, and what a browser shows of it."""
