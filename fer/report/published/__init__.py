"""The published study that this project repeats: its numbers, and which cells of a study stand beside them."""
