"""Makes the token of one hour with which Argo CD reads its repository: see README.md."""
