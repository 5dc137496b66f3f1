"""docs/reference: pages that are made from the code and the template, one module a page."""
