"""The site: the web client, and the page at /docs."""
