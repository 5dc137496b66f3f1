"""Rules of a platform team: Kubernetes' ValidatingAdmissionPolicy, judged on what is built instead of in a cluster.

`files` finds them, `read` reads them, `matching` chooses objects, `judge` asks `child` for verdicts, and `rule` makes
findings of these.
"""
