"""The charts of services: each golden, with a chart beside its overlays."""

from __future__ import annotations

import subprocess
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import pytest
import yaml

from scaffold.files.folder import write_files
from tests.support.deployed import Deployed, Object, deployed, overlays_of
from tests.support.equality import Difference, differences
from workshop import goldens, helm

EXAMPLE = "mail"
"""The golden whose chart shows what is found in any."""


@dataclass(frozen=True)
class Charted:
    """A service with a chart beside its overlays."""

    example: Path

    @property
    def name(self) -> str:
        """The golden."""
        return self.example.name

    @property
    def chart(self) -> Path:
        """The folder of the chart."""
        return self.example / "deploy/chart"

    @property
    def environments(self) -> list[str]:
        """The environments, each an overlay and a file of values."""
        return overlays_of(self.example)

    @cached_property
    def releases(self) -> dict[str, tuple[str, str]]:
        """The release's name and the namespace of each environment, as the Makefile has them."""
        found = {}
        for line in (self.example / "Makefile").read_text().splitlines():
            words = line.split()
            if words[:2] == ["helm", "template"]:
                name, _chart, _namespace, namespace, _values, values = words[2:8]
                found[Path(values).stem.removeprefix("values-")] = (name, namespace)
        return found

    def namespace(self, environment: str) -> str:
        """Return the namespace of an environment."""
        return self.releases[environment][1]

    def overlay(self, environment: str) -> Deployed:
        """Return what the overlay of an environment builds."""
        return deployed(self.example, environment)

    def values(self, environment: str) -> Path:
        """Return the file of an environment's values."""
        return self.chart / f"values-{environment}.yaml"

    def rendered(self, environment: str, *words: str | Path, major: str = "4") -> str:
        """Return what helm renders for an environment."""
        done = self.helm("template", environment, *words, major=major)
        assert done.returncode == 0, f"{self.name}, {environment}: {done.stderr}"
        return done.stdout

    def objects(self, environment: str, *words: str | Path, major: str = "4") -> list[Object]:
        """Return the objects that helm renders for an environment."""
        found = yaml.load_all(self.rendered(environment, *words, major=major), yaml.CSafeLoader)
        return [each for each in found if each]

    def installed(self, environment: str) -> str:
        """Return what is rendered, as helm installs it."""
        return self.rendered(environment)

    def differences(self, environment: str, *words: str | Path, major: str = "4") -> list[Difference]:
        """Return how what helm renders differs from the overlay."""
        release, namespace = self.releases[environment]
        made = self.objects(environment, *words, major=major)
        return differences(made, self.overlay(environment).objects, namespace, release)

    def helm(
        self, verb: str, environment: str, *words: str | Path, major: str = "4"
    ) -> subprocess.CompletedProcess[str]:
        """Run `helm template` or `helm lint` with an environment's values."""
        name, namespace = self.releases[environment]
        release = [name] if verb == "template" else []
        settings = ["--namespace", namespace, "--values", self.values(environment)]
        command = [helm.program(major), verb, *release, self.chart, *settings, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def lay_out(folder: Path, name: str = EXAMPLE) -> Charted:
    """Write a golden with overlays and a chart into a folder."""
    (folder / name).mkdir()
    write_files(folder / name, goldens.rendered(goldens.answers_with_both(name)))
    return Charted(folder / name)


@pytest.fixture(scope="session", params=goldens.GENERATED)
def charted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Charted:
    """Give every golden with a chart."""
    return lay_out(tmp_path_factory.mktemp("charted"), request.param)
