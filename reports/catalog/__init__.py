"""The service catalog for those who read it elsewhere: Backstage's entities, and the owners of files for GitHub."""
