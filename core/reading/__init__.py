"""Reads: collections, filters, pages, sparse fields, and the serializers of input and output."""
