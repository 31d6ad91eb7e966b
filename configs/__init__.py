"""Hydra configurations: one YAML file for each verb; installed as robopolicy.configs."""
