"""One file a command; what each file holds is said in ``cli.registry``."""
