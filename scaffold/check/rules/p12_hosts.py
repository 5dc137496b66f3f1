"""P12: each environment has host names of its own."""

from __future__ import annotations

from scaffold.check.model.hosts import claims_of
from scaffold.check.model.scope import Scope
from scaffold.check.rules.rule import Problem, Problems, Rule


class HostTwice(Rule[Scope]):
    """Two environments have the same host name.

    The same Ingress or HTTPRoute is deployed into two namespaces, so they are two environments, such as dev and
    production. In one cluster only one of them gets the requests for that host name, and which one is not certain.
    """

    id = "P12-host-twice"
    severity = "warning"
    looks_at = Scope

    def check(self, here: Scope, scope: Scope) -> Problems:
        """Give each environment a host name of its own, such as dev.shop.example.com."""
        told: set[tuple[str, str, str]] = set()
        for route in here.objects:
            namespace = route.certain_namespace
            for claim, at in claims_of(route) if namespace else ():
                space, first = next(iter(here.repository.claims[claim].items()))
                if space != namespace and claim[:3] not in told:
                    told.add(claim[:3])
                    yield Problem(at, f"{claim[2]} is a host name of the namespace {space}, too", also=(first,))
