"""Which ports containers open: those of `ports`, and those that something else speaks of."""

from __future__ import annotations

from collections.abc import Mapping

from scaffold.check.model.objects import ConfigMap
from scaffold.check.model.runtime import is_injected, says_number
from scaffold.check.model.workloads import Container, Workload


class OpenPorts:
    """The ports that some containers say they open, and where the first one says so."""

    def __init__(self, containers: list[Container]) -> None:
        self.containers = containers
        self.numbers = {number for each in containers for number in each.port_numbers}
        self.names = {name for each in containers for name in each.port_names}
        self.first = next((ports for each in containers if (ports := each.value.get("ports"))), None)


def says_port(workload: Workload, config_maps: Mapping[str, ConfigMap], number: int) -> bool:
    """Tell whether something beside `ports` says that a workload's pods open a port.

    Arguments, variables, probes or a mounted ConfigMap may; so may an injector, which is asked at run time.
    """
    for container in workload.containers:
        asked = [probe.port.text() or "" for probe in container.probes if probe.port]
        values = [*container.words, *container.environment.values()]
        texts = [*asked, *(value.text() or "" for value in values)]
        if is_injected(container) or says_number(texts, number):
            return True
    names = [volume.text("configMap", "name") for volume in workload.pod.items("volumes")] if workload.pod else []
    mounted = [config_maps[name] for name in names if name and name in config_maps]
    return any(says_number(each.value.texts("data").values(), number) for each in mounted)
