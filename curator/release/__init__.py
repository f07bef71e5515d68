"""Tuned models on their way to other programs: files for llama.cpp and Ollama, and the hub."""
