"""How much real data can generated images replace? The library; ``jobs`` holds the commands built on it."""

from importlib.metadata import version

__version__ = version("fer")
