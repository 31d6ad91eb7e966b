"""Trials, rollouts and their figures: from a plan to eval_info.json."""
