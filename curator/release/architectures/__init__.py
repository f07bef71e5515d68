"""The architectures that llama.cpp and transformers both know, and what is told to the one of the other's."""
