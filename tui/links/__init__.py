"""The pages' way to the core: the project, its runs, and the processes that work beside the app; no widgets."""
