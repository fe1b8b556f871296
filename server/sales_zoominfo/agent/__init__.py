"""The conversation with Claude (``ask``) and the evals. Needs the extra ``agent``; the server imports nothing of it."""
