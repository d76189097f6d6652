"""The documentation that the product gives of itself: the OpenAPI description and its pages, the policy as enforced."""
