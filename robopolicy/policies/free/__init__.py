"""Policies that read an instruction into a free vector and two soft pointers, shaped by cloning alone."""
