"""One shell for every report in HTML: a file that needs nothing else and asks nobody for anything.

``page(title, sections)`` (``reports.html.shell``) is the whole document: language, landmarks, a skip link, contents,
light and dark, print. Its ``Content-Security-Policy`` refuses every request and every script and style except its own,
by their hashes; so nothing in a page has ``style="..."`` or ``onclick="..."``. Images are ``data:`` alone.

``reports.html.parts`` has what pages share: ``table``, ``badge``, ``code``, ``link``, ``paragraphs``.
``reports.html.templates.fragment`` renders a template of the caller's own folder. All of them return ``Markup``;
whatever else is put into a page is text: escaped, and with control, invisible and directional characters replaced by
their escapes. Values of resources go through ``reports.values`` first, which hides secrets. SVG of a plot goes into the
page as elements without ``style``, or into an ``img`` as ``data:`` where a library writes styles into it.

    page("Findings in dev", [Section("Mandatory", table(["rule", "resource"], rows))], lead="3 findings")
"""
