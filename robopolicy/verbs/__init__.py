"""What each verb of the command line does; each module has a CONFIG and a run(config)."""
