"""What `robopolicy doctor` looks at: what is installed, what the machine has, and whether the parts work."""
