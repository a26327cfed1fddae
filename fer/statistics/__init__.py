"""What differences between cells are worth, given that seeds and test images could have been others.

Two kinds of claim are kept apart by their types: ``NetworksClaim`` is about two trained networks, and only the test
images could have been others; ``ProceduresClaim`` is about ways to train, and seeds and images could have been others.
"""
