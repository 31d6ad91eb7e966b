"""One module for each verb: CONFIG (its options), EXAMPLES, and run(config)."""
