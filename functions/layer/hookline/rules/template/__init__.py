"""What lies between the rules' templates and MiniJinja: the reader that knows what they may do, and its bounds."""
