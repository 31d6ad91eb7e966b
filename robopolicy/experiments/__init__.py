"""Several trainings or evaluations as one: the demo, ablations, worlds side by side."""
