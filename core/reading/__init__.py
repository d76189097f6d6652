"""Reads: collections, filters, pages, sparse fields, and the serializers that shape input and output."""
