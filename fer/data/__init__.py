"""Data sets: readers of many layouts, drawn faces, the audit of duplicates, resizing, mixing and export."""
