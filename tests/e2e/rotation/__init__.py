"""The matrix of faults that a rotation function has to survive; see lambdas/rotate_postgres/README.md."""
