"""What all kinds of policies share: contract, condition, intent, spec of inputs and outputs, config."""
