"""Light curves to a posterior of transit depth, geometry and drift, one planet at a time."""
