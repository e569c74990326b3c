"""Surveys: questions as data, as a form, and what came out with small numbers kept back."""
