"""Stands in for the browser: writes the address that it is asked to open to the file that its environment names."""

import os
import sys

with open(os.environ["INTEROP_URL_FILE"], "w") as file:
    file.write(sys.argv[1])
