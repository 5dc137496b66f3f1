"""`scaffold prove`."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from scaffold.cli.help import examples

if TYPE_CHECKING:
    from collections.abc import Sequence

    from scaffold.prove.model import Experiment, Result
    from scaffold.prove.runner import OpenLab
    from scaffold.prove.runtime import Runtime
    from scaffold.prove.subject import Subject


@click.command(
    epilog=examples(
        "scaffold prove                                 build this folder's image and try every pattern on it",
        "scaffold prove payments --only P08 --junit report.xml",
        "scaffold prove --image registry.example.com/app:1.2 --port 8080 --env MODE=test",
        "scaffold prove --cluster --context kind-kind   the manifests too, in that cluster",
        "scaffold prove --sweep                         end what a killed run has left behind",
    )
)
@click.argument("folder", default=".", type=click.Path(path_type=Path))
@click.option("--only", multiple=True, metavar="NAME", help="A pattern (P08), experiment or stage. May be given again.")
@click.option("--list", "list_", is_flag=True, help="Show the experiments; run nothing.")
@click.option("--image", metavar="IMAGE", help="Prove this image instead of building the folder's Dockerfile.")
@click.option("--no-build", is_flag=True, help="Use the image that the last run has built.")
@click.option("--build-arg", multiple=True, metavar="NAME=VALUE", help="Hand the build an argument.")
@click.option("--port", type=click.IntRange(1, 65535), help="The port that serves traffic.")
@click.option("--admin-port", type=click.IntRange(1, 65535), help="The port that answers probes.")
@click.option("--env", multiple=True, metavar="NAME=VALUE", help="Set a variable of the service.")
@click.option("--runtime", type=click.Choice(["docker", "podman"]), help="The container runtime (default: what works).")
@click.option(
    "--network",
    type=click.Choice(["bridge", "host"]),
    default="bridge",
    envvar="SCAFFOLD_PROVE_NETWORK",
    help="Publish ports on loopback (the default), or share this machine's network.",
)
@click.option("--load-image", metavar="IMAGE", envvar="SCAFFOLD_LOAD_IMAGE", help="Take vegeta from this image.")
@click.option("--cluster", is_flag=True, help="Also run the experiments that need a Kubernetes cluster.")
@click.option("--context", metavar="NAME", help="The kubectl context (default: the current one, if it is local).")
@click.option("--json", "json_", is_flag=True, help="Print the results as JSON.")
@click.option("--junit", type=click.Path(path_type=Path), metavar="FILE", help="Write the results as JUnit XML.")
@click.option("--sweep", "sweep_", is_flag=True, help="End what earlier runs have left behind; run nothing.")
@click.option("--quiet", "-q", is_flag=True, help="Show errors only.")
def prove(folder: Path, **options: Any) -> None:
    """Show by experiment which patterns the service in FOLDER keeps: run it, attack it, measure.

    Everything that it starts it ends. Exit code 1 when an experiment failed.
    """
    from scaffold import present_prove
    from scaffold.present import console
    from scaffold.prove.select import choose, experiments

    out = console(quiet=options["quiet"] or options["json_"])
    if options["list_"]:
        present_prove.listed(choose(experiments(), options["only"]))
        return
    if options["sweep_"]:
        _sweep(out, options)
        return
    chosen = choose(experiments(), options["only"])
    wanted = [each for each in chosen if options["cluster"] or each.stage == "container"]
    if not wanted:
        raise click.UsageError("these experiments need a cluster; add --cluster.")
    subject = _subject(folder, options)
    results = _run(out, subject, wanted, options)
    _report(subject, results, options)
    if any(each.verdict == "fail" for each in results):
        raise click.exceptions.Exit(1)


def _subject(folder: Path, options: dict[str, Any]) -> Subject:
    from scaffold.answers_file import parse_pairs
    from scaffold.prove.gather import load_subject

    given = {key: options[key] for key in ("image", "port", "admin_port")}
    return load_subject(folder, {**given, "env": parse_pairs(options["env"], "--env")})


def _sweep(out: Any, options: dict[str, Any]) -> None:
    from scaffold.prove.runtime import find_runtime, sweep

    runtime = find_runtime(options["runtime"])
    ended = sweep(runtime)
    out.print(f"{len(ended)} containers of earlier runs ended in {runtime.name}.")
    if options["cluster"]:
        from scaffold.prove.cluster import stage
        from scaffold.prove.cluster.kubectl import find_cluster

        cluster = find_cluster(options["context"])
        out.print(f"{len(stage.sweep(cluster))} namespaces of earlier runs deleted in {cluster.context}.")


def _run(out: Any, subject: Subject, wanted: Sequence[Experiment], options: dict[str, Any]) -> list[Result]:
    """Prepare the stages that are needed, run all experiments, and end everything, whatever happens."""
    from contextlib import ExitStack

    from scaffold import present_prove
    from scaffold.prove.containers.lab import ContainerStage
    from scaffold.prove.load import find_vegeta
    from scaffold.prove.runner import run_all
    from scaffold.prove.runtime import find_runtime

    runtime = find_runtime(options["runtime"])
    vegeta = find_vegeta(runtime, options["load_image"])
    stages = {each.stage for each in wanted}
    labs: dict[str, OpenLab] = {}
    with ending(runtime), ExitStack() as opened, present_prove.progress(out, wanted) as shown:
        shown.say("Building the image" if subject.image is None else "Looking at the image")
        image = _image(runtime, subject, options)
        if "container" in stages:
            labs["container"] = ContainerStage(runtime, subject, image, options["network"], vegeta).lab
        if "cluster" in stages:
            from scaffold.prove.cluster.stage import open_stage

            shown.say("Preparing the cluster")
            stage = open_stage(runtime, subject, image, options["context"], vegeta)
            labs["cluster"] = opened.enter_context(stage).lab
        return run_all(
            wanted, lambda each, clock: labs[each.stage](each, clock), on_start=shown.start, on_end=shown.end
        )


def _image(runtime: Runtime, subject: Subject, options: dict[str, Any]) -> str:
    """Build or find the image; return its id."""
    from scaffold.prove.runtime import build, image_id

    tag = subject.image or f"localhost/kube-scaffold-prove/{subject.name}:built"
    if subject.image is None and not options["no_build"]:
        return build(runtime, subject.folder, tag, options["build_arg"])
    return image_id(runtime, tag)


def _report(subject: Subject, results: Sequence[Result], options: dict[str, Any]) -> None:
    from scaffold import present_prove
    from scaffold.present import as_json
    from scaffold.prove.report import as_data
    from scaffold.prove.report.junit import as_junit

    if options["junit"]:
        write_report(options["junit"], as_junit(subject, results))
    if options["json_"]:
        as_json(as_data(subject, results))
    elif not options["quiet"]:
        present_prove.table(results)


def write_report(file: Path, text: str) -> None:
    """Write a report.

    Raises:
        DestinationError: when the file can't be written.
    """
    from scaffold.errors import DestinationError

    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise DestinationError(f"{file} can't be written: {error.strerror}.") from error


def ending(runtime: Runtime) -> Any:
    """Return a block after which nothing of this run is left, whether it ended well, by an error, ^C or SIGTERM."""
    import signal
    from contextlib import contextmanager

    def interrupt(*_: object) -> None:
        raise KeyboardInterrupt

    @contextmanager
    def block() -> Any:
        before = signal.signal(signal.SIGTERM, interrupt)
        try:
            yield
        finally:
            signal.signal(signal.SIGTERM, before)
            runtime.end_run()

    return block()
