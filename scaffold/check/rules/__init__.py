"""The rules, modules for each pattern: classes in one of MODULES. CONTRIBUTING.md: how to add one."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from scaffold.check.rules.rule import AnyRule, Rule

MODULES = (
    "p01_build_and_run_apart",
    "p02_shells",
    "p02_no_zombies",
    "p03_no_naked_pods",
    "p03_policies",
    "p04_no_hidden_process",
    "p05_logs_to_stdout",
    "p06_immutable_containers",
    "p07_no_latest",
    "p08_probes",
    "p08_rollouts",
    "p08_routes",
    "p08_route_times",
    "p09_bounded_jobs",
    "p10_circuit_breaker",
    "p11_limits",
    "p12_configuration",
    "p12_environments",
    "p12_hosts",
    "p12_secrets",
    "p13_quotas",
    "p14_pod_security",
    "p14_users",
    "p14_rights",
    "p15_policies",
    "p15_paths",
    "p15_gateways",
)


@cache
def all_rules() -> dict[str, AnyRule]:
    """Return every rule by its id, in the order of MODULES and of the classes in them."""
    rules: dict[str, AnyRule] = {}
    for name in MODULES:
        module = import_module(f"{__name__}.{name}")
        for each in vars(module).values():
            if isinstance(each, type) and issubclass(each, Rule) and each.__module__ == module.__name__:
                rules[each.id] = each()
    return rules
