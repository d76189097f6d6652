"""The product's own documentation: the OpenAPI description and its page, and the enforced policy."""
