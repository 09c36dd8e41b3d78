"""What is tried with a browser: a package, so that its run and its browser end with it."""
