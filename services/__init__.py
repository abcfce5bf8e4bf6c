"""The four services, what they agree on (`contracts`) and what runs them (`chassis`)."""
