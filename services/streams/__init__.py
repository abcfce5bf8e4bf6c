"""The service that owns the logs of which live streams are made: what has happened, for each person in one order."""
