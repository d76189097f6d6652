"""What the project is built and shown with, and what is never shipped: nothing in the product imports it."""
