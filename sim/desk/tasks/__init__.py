"""The task families: judges, conditions, skills and wordings."""
