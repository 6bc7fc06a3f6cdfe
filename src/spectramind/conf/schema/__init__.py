"""The frozen pydantic schema of the configuration, one file per section."""
