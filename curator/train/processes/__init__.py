"""The processes of a run: who works on it, and how several do as one."""
