"""What writes to GitHub from a workflow: run from a checkout of the base branch by a bare Python, without packages."""
