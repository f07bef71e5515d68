"""JSON Schemas of records, settings and manifests, generated from the models by `make schemas`."""
