"""Levels of an evaluation, one module each: their trials, judge, summary and lines."""
