"""The system in containers. Needs a Docker engine; `make test-containers` runs all of it, `make test` nothing of it.

system         the whole cluster under Compose, with ports and passwords of its own
dependencies   broker and database started by testcontainers
rolling        what happens to containers, one replica after another
"""
