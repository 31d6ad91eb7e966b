"""Policies that read an instruction into slots: what to do, to what, in relation to what."""
