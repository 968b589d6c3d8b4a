"""`python -m cxresearch` is the same as `cxresearch`."""

import sys

from cxresearch.cli import main

if __name__ == "__main__":
    sys.exit(main())
