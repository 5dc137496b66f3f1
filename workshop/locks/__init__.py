"""The lock files of the template: one for each language, whose lines depend on what the answers choose.

`./dev lock` makes them. A feature is an answer that changes which packages a service has (`features.yml`). The service
with all features is locked by `make lock`, as a team does it. Then each feature is locked alone, on the same versions.
A package that is there with one feature only gets this feature as its condition.
"""
