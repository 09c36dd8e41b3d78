"""AWS on this machine: the template's queues, tables and functions, with a gateway and a poller."""
