"""Official score, validator, submission table, bundle and manifest."""
