"""`python -m plantain_client.cli`."""

import sys

from plantain_client.cli.main import main

sys.exit(main())
