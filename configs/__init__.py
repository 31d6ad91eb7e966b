"""Hydra configurations, one file per verb; installed as robopolicy.configs."""
