"""The five services, what they agree on (`contracts`) and what runs them (`chassis`)."""
