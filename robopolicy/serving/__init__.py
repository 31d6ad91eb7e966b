"""A policy served to programs, over WebSockets in the protocol of openpi's clients."""
