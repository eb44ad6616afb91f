"""``python -m wayline.cli``: the same as the ``wayline`` command."""

from wayline.cli.main import main

main()
