"""P12: configuration outside the image."""

from __future__ import annotations

import tempfile
from pathlib import Path

from scaffold.prove.cluster.lab import ClusterLab
from scaffold.prove.cluster.objects import moved_into_namespace, not_served
from scaffold.prove.cluster.place import build, set_in_files
from scaffold.prove.cluster.stage import apply
from scaffold.prove.cluster.stubs import hosts
from scaffold.prove.model import Experiment, Record, Skip, Stage


def rolls(lab: ClusterLab, record: Record) -> None:
    """Change one value where it stands, and apply the manifests again: the pods must come to have it."""
    place = lab.stage.place
    if not place.path.is_dir():
        raise Skip("its manifests are one file, without a separate configuration to change")
    with lab.service(), tempfile.TemporaryDirectory(prefix="scaffold-prove-") as folder:
        before = {pod["metadata"]["uid"] for pod in lab.deployed.ready()}
        copied = place.copied(Path(folder))
        variable, value = _change(Path(folder), lab)
        built = build(copied, lab.subject.name, lab.kubectl.namespace)
        image = str(lab.deployed.container["image"])
        made = moved_into_namespace(built, lab.subject.name, lab.kubectl.namespace, image, hosts(lab.stubs.upstreams))
        left_out = not_served(made, lab.kubectl)
        kinds = ("ConfigMap", "Deployment")  # jobs can't be changed, and nothing else has configuration
        items = [each for each in made if each["kind"] in kinds and each not in left_out]
        apply(lab.kubectl, items)
        lab.rolled_out(lab.deployed.name)
        lab.clock.wait_until(lambda: not before & {pod["metadata"]["uid"] for pod in lab.deployed.ready()}, 15, 0.5)
        now = lab.deployed.ready()
        old = [pod for pod in now if pod["metadata"]["uid"] in before]
        record.measure("changed", f"{variable}={value}")
        record.measure("pods that were replaced", f"{len(now) - len(old)} of {len(now)}")
        if record.expect(not old, f"{variable} was changed, but {len(old)} of {len(now)} pods still use the old value"):
            failed, said = lab.execute(now[0]["metadata"]["name"], "printenv", variable)
            record.expect(
                bool(failed) or said.strip() == value, f"a new pod has {variable}={said.strip()}, not {value}"
            )


def _change(folder: Path, lab: ClusterLab) -> tuple[str, str]:
    """Give a variable its other value in every file that sets it; return both."""
    for variable, value in (lab.subject.configurations or ({},))[-1].items():
        if set_in_files(folder, variable, value):
            return variable, value
    raise Skip("no file of its manifests sets a variable of `configurations`")


EXPERIMENTS = (
    Experiment(
        "P12-rolls",
        Stage.CLUSTER,
        "Does a changed value reach the pods?",
        "the pods are replaced, and the new ones have it",
        rolls,
        170,
    ),
)
