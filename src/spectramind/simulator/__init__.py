"""A survey with known truth: atmosphere, transit and the detector chain in reverse."""
