"""`python -m fallline` is the same as `fallline`."""

import sys

from fallline.cli.main import main

if __name__ == "__main__":
    sys.exit(main())
