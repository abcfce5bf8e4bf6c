"""Running the system: on one machine (`local`)."""
