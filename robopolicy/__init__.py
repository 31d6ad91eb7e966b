"""Learning and asking: text encoder, policy, training, evaluation, command line."""
