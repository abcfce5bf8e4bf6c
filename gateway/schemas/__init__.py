"""What travels over HTTP, a module for each resource: the models of requests and answers, and their serializers."""
