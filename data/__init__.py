"""Play and its memory: collection, storage, hindsight relabelling, language, batches, lists of trials."""
