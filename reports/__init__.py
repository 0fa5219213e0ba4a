"""What people read: previews, scorecards, reviews."""
