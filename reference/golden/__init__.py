"""The topics of the golden fixtures, one module each; oracle.py runs them."""
