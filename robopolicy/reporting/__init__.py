"""Figures for people: tables, reports, plots, films."""
