"""The charts of services: each golden that has one; while none has, a chart by hand of the golden `mail`."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest
import yaml

from tests.support.deployed import Object, deployed, examples, overlays_of
from workshop import goldens, helm

BY_HAND = Path(__file__).with_name("chart")
OF = "mail"


@dataclass(frozen=True)
class Charted:
    """A service with a chart beside its overlays."""

    example: Path
    chart: Path

    @property
    def name(self) -> str:
        """The service."""
        return self.example.name

    @property
    def environments(self) -> list[str]:
        """The environments, each an overlay and a file of values."""
        return overlays_of(self.example)

    def namespace(self, environment: str) -> str:
        """Return the namespace that an overlay deploys into."""
        return str(deployed(self.example, environment).one("Deployment")["metadata"]["namespace"])

    def release(self, environment: str) -> str:
        """Return the release's name, which is the `instance` that the overlay labels its objects with."""
        labels = deployed(self.example, environment).one("Deployment")["metadata"]["labels"]
        return str(labels["app.kubernetes.io/instance"])

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
        """Return what is rendered, with the namespace that helm installs it into."""
        namespace = {"namespace": self.namespace(environment)}
        placed = [{**each, "metadata": {**namespace, **each["metadata"]}} for each in self.objects(environment)]
        return yaml.safe_dump_all(placed)

    def helm(
        self, verb: str, environment: str, *words: str | Path, major: str = "4"
    ) -> subprocess.CompletedProcess[str]:
        """Run `helm template` or `helm lint` with an environment's values."""
        release = [self.release(environment)] if verb == "template" else []
        settings = ["--namespace", self.namespace(environment), "--values", self.values(environment)]
        command = [helm.program(major), verb, *release, self.chart, *settings, *words]
        return subprocess.run(command, capture_output=True, text=True, check=False)


def in_goldens() -> list[Charted]:
    """Return the goldens that have a chart."""
    found = ((each, sorted((each / "deploy").rglob("Chart.yaml"))) for each in examples())
    return [Charted(example, charts[0].parent) for example, charts in found if charts]


def lay_out(folder: Path) -> Charted:
    """Copy the golden `mail` into a folder, with the chart by hand in it."""
    example = Path(shutil.copytree(goldens.EXAMPLES / OF, folder / OF))
    chart = Path(shutil.copytree(BY_HAND, example / "deploy/chart"))
    shutil.copytree(example / "deploy/base/limiter", chart / "files/limiter")
    return Charted(example, chart)


def every_chart(folder: Path) -> list[Charted]:
    """Return all services with a chart; the one by hand is laid out in a folder."""
    return in_goldens() or [lay_out(folder)]


@pytest.fixture(scope="session", params=[each.name for each in in_goldens()] or ["by-hand"])
def charted(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Charted:
    """Give each service with a chart."""
    found = {each.name: each for each in in_goldens()}
    return found.get(request.param) or lay_out(tmp_path_factory.mktemp("charted"))
