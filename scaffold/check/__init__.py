"""`scaffold check`: which patterns does a repository break?

read → parse (`yaml_nodes`, `dockerfile`) → `model` → `rules` → findings → `formats`. Nothing here prints.
"""
