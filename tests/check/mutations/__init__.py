"""The mutation catalogue: small changes of a golden, each of which breaks a pattern, and the rule that must see it."""

from tests.check.mutations.files import FILES
from tests.check.mutations.images import IMAGES
from tests.check.mutations.jobs import JOBS
from tests.check.mutations.mutation import Mutation
from tests.check.mutations.resources import RESOURCES
from tests.check.mutations.routes import ROUTES
from tests.check.mutations.security import SECURITY
from tests.check.mutations.sidecars import SIDECARS
from tests.check.mutations.workloads import WORKLOADS

__all__ = ["MUTATIONS", "Mutation"]

MUTATIONS = (
    *IMAGES,
    *WORKLOADS,
    *JOBS,
    *FILES,
    *ROUTES,
    *SIDECARS,
    *RESOURCES,
    *SECURITY,
)
