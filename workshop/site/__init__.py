"""`./dev site`: the documentation as a site that can be searched, made by Sphinx from the Markdown as it is."""
