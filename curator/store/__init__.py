"""The project's database: records, rejects, findings and the journal, in one SQLite file."""
