"""Play and its memory: collection, storage, hindsight relabelling, language, datasets."""
