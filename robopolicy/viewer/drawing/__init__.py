"""Scenes drawn with viser, in a live page and in replay pages."""
