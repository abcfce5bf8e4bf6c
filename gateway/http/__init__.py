"""HTTP for every resource alike: strict reading, problems, conditions, keys, and what surrounds each request."""
