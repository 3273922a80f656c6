"""spoof-bench: worlds to find liars in, made by command from a frozen definition, and the worth of entries on them."""
