"""Play: a robot that does whatever comes to its mind, recorded."""
