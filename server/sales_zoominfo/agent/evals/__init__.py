"""Evals: conversations as data, graders that need no model, and what a change of the skill or the tools did to them."""
