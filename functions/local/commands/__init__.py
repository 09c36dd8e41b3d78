"""What `hookline` does beside running: it reads the log, sends again, explains."""
