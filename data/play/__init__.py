"""Play: a robot that does whatever comes to its mind, and the collection of episodes of it."""
