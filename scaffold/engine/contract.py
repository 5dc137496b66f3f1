"""What every service of the template does, in each language: the template's `contract.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from scaffold.errors import TemplateError
from scaffold.files.foreign import read_foreign
from scaffold.files.yaml import load

FILE = "templates/service/contract.yml"
_REHEARSAL = "STARTUP_DELAY_SECONDS"


@dataclass(frozen=True)
class Contract:
    """The contract as data, by the names of its sections (`commands`, `environment`, `probes`, `exit_codes`…)."""

    told: Mapping[str, Any]

    @property
    def command(self) -> str:
        """Return the sub-command that serves: the one that no answer names."""
        return next(str(name) for name in self.told["commands"] if not name.startswith("<"))

    def probe(self, *, starting: int, draining: int) -> str:
        """Return the path that answers so while the service starts, and while it drains."""
        probes = self.told["probes"].items()
        return next(str(path) for path, each in probes if (each["starting"], each["draining"]) == (starting, draining))

    @property
    def admin_variable(self) -> str:
        """Return the variable of the port that answers probes."""
        return next(name for name, each in self._environment.items() if each["type"] == "port" and "<" not in name)

    def port_variable(self, port: str) -> str:
        """Return the variable of a port by its name."""
        pattern = next(name for name, each in self._environment.items() if each["type"] == "port" and "<" in name)
        return pattern.replace("<PORT>", _as_variable(port))

    def url_variable(self, dependency: str) -> str:
        """Return the variable of a dependency's address, by its name."""
        pattern = next(name for name, each in self._environment.items() if each["type"] == "url")
        return pattern.replace("<DEPENDENCY>", _as_variable(dependency))

    @property
    def delay_variable(self) -> str:
        """Return the variable that makes the service start slowly, or nothing where there is none."""
        return _REHEARSAL if _REHEARSAL in self._environment else ""

    @property
    def configurations(self) -> tuple[dict[str, str], ...]:
        """Return two configurations that both work, and differ in what is seen: a choice's default, and its last."""
        name, each = next((name, each) for name, each in self._environment.items() if each["type"] == "choice")
        return ({name: str(each["default"])}, {name: str(each["choices"][-1])})

    @property
    def wrong(self) -> dict[str, str]:
        """Return a configuration of which every variable must be refused."""
        found = {name: each["wrong"] for name, each in self._environment.items() if "wrong" in each}
        return {name: str(value) for name, value in found.items() if "<" not in name}

    @property
    def code_when_wrong(self) -> int:
        """Return the exit code of a service whose configuration is refused."""
        return int(self.told["exit_codes"]["configuration"]["code"])

    @property
    def _environment(self) -> Mapping[str, Any]:
        found: Mapping[str, Any] = self.told["environment"]
        return found


def _as_variable(name: str) -> str:
    return name.upper().replace("-", "_")


def read_contract(root: Path) -> Contract:
    """Return the contract of the template in `root`.

    Raises:
        TemplateError: when it is missing or broken.
    """
    try:
        return Contract(load(read_foreign(root / FILE, below=root)))
    except (OSError, ValueError) as error:
        raise TemplateError(f"{root / FILE} can't be read: {error}.") from error
