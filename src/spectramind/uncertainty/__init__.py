"""From the sigma that an estimator states to one that is true: temperature, COREL, coverage."""
