"""What AWS charges by its public lists, row by row with source and date, and what an idle environment uses."""
