"""What `scaffold prove` knows of a service with its own code."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from scaffold.errors import FileError
from scaffold.prove.subject.read import load_subject
from workshop import goldens


def test_probes_ports_and_the_place_of_the_dockerfile_are_those_of_the_answers() -> None:
    subject = load_subject(goldens.EXAMPLES / "own-site")
    assert [(each.number, each.variable) for each in subject.all_ports] == [(8380, "")]
    assert (subject.readiness, subject.probe_port.number) == ("/healthz", 8380)
    assert (subject.program, subject.args) == ("nginx", ("-c", "/etc/nginx/site/nginx.conf"))
    assert (subject.dockerfile, subject.context) == ("docker/Dockerfile", ".")
    assert (subject.user, subject.env["SITE_NAME"], subject.drains) == ("10101:10101", "shop", False)
    assert (subject.configurations, dict(subject.wrong), subject.startup_delay_variable) == ((), {}, "")


def test_a_job_is_a_program_and_a_limiter_moves_the_port_by_its_variable() -> None:
    subject = load_subject(goldens.EXAMPLES / "own-worker")
    assert [(each.name, each.program, each.args) for each in subject.jobs] == [
        ("migrate", "bin/rails", ("db:migrate",)),
        ("clean", "bin/rails", ("orders:clean",)),
    ]
    assert [each.variable for each in subject.ports] == ["PORT_HTTP"]
    assert (subject.admin, subject.readiness) == (None, "/"), "an exec probe has no path"


@pytest.mark.parametrize(("name", "kind"), [("own-broker", "tcp"), ("own-rpc", "grpc")])
def test_a_service_that_may_not_speak_http_is_refused_until_a_path_is_set(name: str, kind: str, tmp_path: Path) -> None:
    folder = Path(shutil.copytree(goldens.EXAMPLES / name, tmp_path / name))
    with pytest.raises(FileError, match=f"Nothing was measured: probe_kind is {kind}, and the experiments send HTTP"):
        load_subject(folder)
    (folder / ".scaffold.toml").write_text('[prove]\npath = "/"\n')
    assert load_subject(folder).readiness == "/"
