"""Programs for operators: dead letters and reconciliation."""
