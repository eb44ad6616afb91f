"""Dash pages on the same FastAPI application as the API."""
