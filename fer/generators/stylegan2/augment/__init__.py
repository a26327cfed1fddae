"""Augmentations that images pass before they meet the discriminator (Karras et al. 2020, arXiv 2006.06676)."""
