"""Examinations: files of items (what is said, what must happen, how the desk is found) and their scenes."""
