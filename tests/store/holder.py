"""Run as a program: holds a claim until it is killed. Arguments: store URI, digest, lease in seconds."""

import sys
import time

from fer.store import Store, open_objects

if __name__ == "__main__":
    uri, digest, lease = sys.argv[1:]
    with Store(open_objects(uri), float(lease)).claimed(digest, "the holder's work"):
        print("held", flush=True)
        time.sleep(600)
