"""The routes: a blueprint for each resource. A view parses, calls a service, answers; it holds no rule."""
