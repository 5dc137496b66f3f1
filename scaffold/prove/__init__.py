"""Shows each pattern by experiment: the service's image is run, attacked and measured, then its manifests in a cluster.

`model` shows what an experiment is; `subject` what is proved; `runner` runs experiments within their time; a stage
(`containers`, later `cluster`) gives each experiment its lab. A module of a stage holds one pattern's experiments.
"""
