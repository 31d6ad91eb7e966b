"""The policy kind that points at things: an instruction read into slots, and an action head."""
