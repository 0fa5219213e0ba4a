"""Provider plugin ``aws``: a table from Pulumi types to calls on an emulated AWS account."""
