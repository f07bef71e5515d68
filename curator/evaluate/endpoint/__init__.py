"""A model behind a server that speaks OpenAI's chat completions: asked the test rows, or to judge answers."""
