"""Commands: one file per stage, and the whole study on this machine."""
