"""`scaffold prove`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from scaffold.cli import complete, values
from scaffold.cli.help import examples

if TYPE_CHECKING:
    from scaffold.prove.model import Proof
    from scaffold.show.console import Screen


@click.command(
    short_help="Test a service's patterns by experiments.",
    epilog=examples(
        "scaffold prove                                 build this folder's image and test it",
        "scaffold prove payments --only P08 --html report.html",
        "scaffold prove --image registry.example.com/app:1.2 --port 8080 --env MODE=test",
        "scaffold prove --cluster --context kind-kind   test the manifests, too, in that cluster",
        "scaffold prove --cluster --chart deploy/chart  deploy a Helm chart instead of an overlay",
        "scaffold prove --sweep                         remove what a killed run has left behind",
    ),
)
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option(
    "--only",
    multiple=True,
    metavar="NAME",
    shell_complete=complete.experiment,
    help="Run only this pattern (P08), experiment or stage. May be given again.",
)
@click.option("--list", "list_", is_flag=True, help="List the experiments; run nothing.")
@click.option(
    "--image",
    callback=values.image,
    metavar="IMAGE",
    help="Test this image instead of building the folder's Dockerfile.",
)
@click.option("--no-build", is_flag=True, help="Use the image that the last run built.")
@click.option(
    "--build-arg",
    callback=values.build_arguments,
    multiple=True,
    metavar="NAME=VALUE",
    help="Set a build argument. May be given again.",
)
@click.option("--port", type=click.IntRange(1, 65535), help="The port that serves traffic.")
@click.option("--admin-port", type=click.IntRange(1, 65535), help="The port for probes.")
@click.option(
    "--env", multiple=True, metavar="NAME=VALUE", help="Set an environment variable of the service. May be given again."
)
@click.option(
    "--runtime", type=click.Choice(["docker", "podman"]), help="Container runtime (default: the one that works)."
)
@click.option(
    "--network",
    type=click.Choice(["bridge", "host"]),
    default="bridge",
    envvar="SCAFFOLD_PROVE_NETWORK",
    help="Publish ports on loopback (the default), or share this machine's network.",
)
@click.option(
    "--load-image",
    callback=values.image,
    metavar="IMAGE",
    envvar="SCAFFOLD_LOAD_IMAGE",
    help="Image with the load generator (vegeta); in a cluster, a pod of it sends the load.",
)
@click.option("--cluster", is_flag=True, help="Also run the experiments that need a Kubernetes cluster.")
@click.option("--context", metavar="NAME", help="The kubectl context (default: the current one, if it is local).")
@click.option("--overlay", default="production", metavar="NAME", help="Overlay of deploy/overlays to deploy.")
@click.option(
    "--chart",
    type=click.Path(path_type=Path),
    metavar="FOLDER",
    help="Helm chart to deploy instead of an overlay (default: the one in deploy, without deploy/overlays).",
)
@click.option(
    "--values",
    "values_",
    type=click.Path(path_type=Path),
    multiple=True,
    metavar="FILE",
    help="Values of the chart (default: its values-NAME.yaml, by --overlay). May be given again.",
)
@click.option(
    "--load-command",
    metavar="COMMAND",
    envvar="SCAFFOLD_LOAD_COMMAND",
    help="Command that copies {image} to the cluster's nodes (default: that of kind, minikube or k3d).",
)
@click.option(
    "--stub-image",
    callback=values.image,
    metavar="IMAGE",
    envvar="SCAFFOLD_STUB_IMAGE",
    help="Image with python3, for stubs of dependencies in the cluster.",
)
@click.option("--json", "json_", is_flag=True, help="Print the results as JSON.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write the results as JUnit XML.")
@click.option("--html", type=click.Path(path_type=Path), metavar="FILE", help="Write a report with charts.")
@click.option("--sweep", "sweep_", is_flag=True, help="Remove what earlier runs have left behind; run nothing.")
@click.option("--quiet", "-q", is_flag=True, help="Show errors only.")
def prove(
    folder: Path,
    *,
    only: tuple[str, ...],
    list_: bool,
    image: str | None,
    no_build: bool,
    build_arg: tuple[str, ...],
    port: int | None,
    admin_port: int | None,
    env: tuple[str, ...],
    runtime: str | None,
    network: Literal["bridge", "host"],
    load_image: str | None,
    cluster: bool,
    context: str | None,
    overlay: str,
    chart: Path | None,
    values_: tuple[Path, ...],
    load_command: str | None,
    stub_image: str | None,
    json_: bool,
    junit: Path | None,
    html: Path | None,
    sweep_: bool,
    quiet: bool,
) -> None:
    """Test the patterns of the service in FOLDER by experiments: run it, disturb it and measure.

    Every container and namespace that it creates is removed, also after ^C. Exit code 1 when an experiment failed.
    """
    from scaffold.engine.answers_file import parse_pairs
    from scaffold.prove.cluster.settings import ClusterSettings
    from scaffold.prove.select import choose, experiments
    from scaffold.prove.session import RunSettings
    from scaffold.prove.session import prove as run
    from scaffold.prove.subject.read import load_subject
    from scaffold.show import prove as show
    from scaffold.show.console import console

    out = console(quiet=quiet or json_)
    chosen = choose(experiments(), only)
    if list_:
        show.listed(chosen, json=json_)
        return
    if sweep_:
        _sweep(out, runtime, context, cluster=cluster, json_=json_)
        return
    wanted = [each for each in chosen if cluster or each.stage == "container"]
    if not wanted:
        raise click.UsageError("these experiments need a cluster: add --cluster.")
    given = {"image": image, "port": port, "admin_port": admin_port, "env": parse_pairs(env, "--env")}
    subject = load_subject(folder, given)
    stub = stub_image or ClusterSettings.stub_image
    stage = ClusterSettings(context, overlay, load_command, stub, chart, values_, load_image)
    settings = RunSettings(runtime, network, load_image, stage, not no_build, build_arg)
    with show.progress(out, wanted) as shown:
        proof = run(subject, wanted, settings, shown)
    _report(proof, junit, html)
    if json_:
        _say(proof)
    elif not quiet:
        show.table(proof)
    if any(each.verdict == "fail" for each in proof.results):
        raise click.exceptions.Exit(1)


def _sweep(out: Screen, named: str | None, context: str | None, *, cluster: bool, json_: bool) -> None:
    from scaffold.prove.runtime import find_runtime, sweep
    from scaffold.show.say import say_json

    runtime = find_runtime(named)
    ended = {"containers": sweep(runtime)}
    out.print(f"Removed {len(ended['containers'])} containers of earlier runs from {runtime.name}.")
    if cluster:
        from scaffold.prove.cluster import stage
        from scaffold.prove.cluster.kubectl import find_cluster

        kubectl = find_cluster(context)
        ended["namespaces"] = stage.sweep(kubectl)
        out.print(f"Deleted {len(ended['namespaces'])} namespaces of earlier runs in {kubectl.context}.")
    if json_:
        say_json(ended)


def _say(proof: Proof) -> None:
    from scaffold.prove.report.data import as_data
    from scaffold.show.say import say_json

    say_json(as_data(proof))


def _report(proof: Proof, junit: Path | None, html: Path | None) -> None:
    if junit:
        from scaffold.prove.report.junit import as_junit

        write_report(junit, as_junit(proof))
    if html:
        from scaffold.prove.report.html import as_html

        write_report(html, as_html(proof))


def write_report(file: Path, text: str) -> None:
    """Write a report.

    Raises:
        DestinationError: when the file can't be written.
    """
    from scaffold.errors import DestinationError

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(text.encode("utf-8", "backslashreplace"))
    except OSError as error:
        raise DestinationError(f"{file} can't be written: {error.strerror}.") from error
