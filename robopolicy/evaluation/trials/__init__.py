"""What is asked and what came of it: the options of an evaluation, trials, judges, results."""
