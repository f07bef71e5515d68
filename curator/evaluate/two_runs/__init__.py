"""Two tuned models on the test rows that both were scored on."""
