"""Which ports containers open: those of `ports`, and those that something else speaks of."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from scaffold.check.model.objects import ConfigMap, Service
from scaffold.check.model.runtime import is_injected, says_number
from scaffold.check.model.workloads import Workload

ADMIN = re.compile(r"(?:^|-)(?:actuator|admin|debug|jdwp|jmx|jolokia|management|metrics|mgmt|pprof)(?:-|$)")
"""What ports are called by which people look after a program."""

_WATCHED = re.compile(r"(?:^|-)(?:metrics?|monitor(?:ing)?|telemetry|pprof|debug|profil(?:e|ing))(?:-|$)")


def is_for_monitoring(service: Service) -> bool:
    """Return whether only the monitoring asks a Service, by its name or by those of all its ports."""
    names = [port.text("name") or "" for port in service.value.items("spec", "ports")]
    return all(map(_WATCHED.search, names)) or (len(names) == 1 and _WATCHED.search(service.name) is not None)


class OpenPorts:
    """The ports that the containers of some workloads declare, and where the first one is declared."""

    def __init__(self, workloads: Sequence[Workload]) -> None:
        self._workloads = workloads
        self._said: dict[int, bool] = {}
        self.containers = [each for workload in workloads for each in workload.containers]
        self.numbers = {number for each in self.containers for number in each.port_numbers}
        self.names = {name for each in self.containers for name in each.port_names}
        self.first = next((ports for each in self.containers if (ports := each.value.get("ports"))), None)

    def are_said(self, number: int, config_maps: Mapping[str, ConfigMap]) -> bool:
        """Return whether something beside `ports` shows that the pods open a port.

        Arguments, variables, probes or a mounted ConfigMap may; so may an injector, which is asked at run time.
        """
        if number not in self._said:
            self._said[number] = any(_says_port(each, config_maps, number) for each in self._workloads)
        return self._said[number]


def _says_port(workload: Workload, config_maps: Mapping[str, ConfigMap], number: int) -> bool:
    for container in workload.containers:
        asked = [probe.port.text() or "" for probe in container.probes if probe.port]
        texts = [*asked, *container.word_texts, *container.variables.values()]
        if is_injected(container) or says_number(texts, number):
            return True
    names = [volume.text("configMap", "name") for volume in workload.pod.items("volumes")] if workload.pod else []
    mounted = [config_maps[name] for name in names if name and name in config_maps]
    return any(says_number(each.value.texts("data").values(), number) for each in mounted)
