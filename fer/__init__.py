"""How much real data can generated images replace? The library; ``jobs`` holds the commands built on it."""
