"""The laboratory of the tests of Argo CD."""
