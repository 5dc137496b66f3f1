"""What a team adds to a generated Java service works in Spring Boot's own way: routes, traces and settings of the server."""

from __future__ import annotations

import gzip
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import pytest

from scaffold.files.folder import write_files
from tests.real.conformance.contract import FILE as CONTRACT
from tests.real.conformance.contract import REQUEST_ID
from tests.real.conformance.service import Bench, Service, ask, wait_until
from tests.real.conformance.subjects import JAVA, Subject
from tests.support.answered import inputs_of
from tests.support.programs import LANGUAGES
from tests.support.verdicts import Inputs
from workshop.command import succeed
from workshop.goldens import answers_of, rendered
from workshop.machine import BUILD_ENV

NAME = "standalone-java"
TEAM = Path(__file__).parent / "team"  # classes of a package of the team's own
TRACING = """
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-opentelemetry</artifactId>
    </dependency>
  </dependencies>
"""
DATABASE = """
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-data-jpa</artifactId>
    </dependency>
    <dependency>
      <groupId>org.springframework.boot</groupId>
      <artifactId>spring-boot-starter-flyway</artifactId>
    </dependency>
    <dependency>
      <groupId>org.flywaydb</groupId>
      <artifactId>flyway-database-postgresql</artifactId>
    </dependency>
    <dependency>
      <groupId>org.postgresql</groupId>
      <artifactId>postgresql</artifactId>
      <scope>runtime</scope>
    </dependency>
  </dependencies>
"""
ENTITY = """package app.orders;

import jakarta.persistence.Entity;
import jakarta.persistence.Id;
import org.springframework.data.jpa.repository.JpaRepository;

@Entity
class Stored {
    @Id
    private Long id;
}

interface AllStored extends JpaRepository<Stored, Long> {}
"""
PACKAGE = ("./mvnw", "--batch-mode", "--quiet", "package", "-Dmaven.test.skip=true")


def inputs(_: Mapping[str, object]) -> Inputs:
    return inputs_of(NAME, files=(CONTRACT,), programs=(*LANGUAGES["java"], "curl --version"))


# Its fixtures take a minute of CPU time: one worker makes them.
pytestmark = [pytest.mark.kept(inputs=inputs), pytest.mark.xdist_group("java-of-a-team")]


@dataclass(frozen=True)
class Extended(Subject):
    """The service with the team's classes and with tracing."""

    place: Path

    @property
    def command(self) -> list[str]:
        return [*JAVA, "-jar", str(self.place / "target/app.jar")]


@pytest.fixture(scope="module")
def extended(tmp_path_factory: pytest.TempPathFactory) -> Extended:
    subject = Extended(NAME, tmp_path_factory.mktemp("team"))
    reason = subject.missing()
    if reason:
        pytest.skip(reason)
    write_files(subject.place, rendered(answers_of(NAME)))
    shutil.copytree(TEAM, subject.place / "src/main/java/app/orders")
    shutil.rmtree(subject.place / "src/main/java/app/greetings")
    pom = subject.place / "pom.xml"
    pom.write_text(pom.read_text().replace("\n  </dependencies>\n", TRACING, 1))
    succeed(PACKAGE, cwd=subject.place, env=dict(subject.env) | BUILD_ENV, seconds=600)
    return subject


@pytest.fixture(scope="module")
def service(extended: Extended, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    """Give the service with settings of Spring Boot in its environment."""
    bench = Bench(extended, tmp_path_factory.mktemp(NAME))
    try:
        yield bench.serve(
            SERVER_COMPRESSION_ENABLED="true",
            SERVER_FORWARD_HEADERS_STRATEGY="framework",
            MANAGEMENT_TRACING_SAMPLING_PROBABILITY="1",
            LOGGING_LEVEL_APP_ORDERS="debug",
        )
    finally:
        bench.close()
    for each in bench.started:
        each.check_output()


def test_the_example_route_can_be_removed(service: Service) -> None:
    assert service.ask("/greetings", "POST", body=b"{}").status == 404
    assert service.ask("/").status == 200


@pytest.mark.parametrize("path", ["/orders/7", "/router/7"])
def test_a_route_of_a_package_of_its_own_is_found(service: Service, path: str) -> None:
    answer = service.ask(path)
    assert (answer.status, answer.json) == (200, {"id": "7", "stored": True})
    pattern = re.sub(r"7$", "{id}", path)
    metrics = ask(service.admin, "/metrics").body.decode()
    assert f'http_requests_total{{method="GET",route="{pattern}",status="200"}} 1.0' in metrics
    assert re.search(rf'^http_server_requests_seconds_count{{.*uri="{re.escape(pattern)}"', metrics, re.M)


@pytest.mark.parametrize("path", ["/later", "/deferred"])
def test_an_asynchronous_route_is_logged_when_its_client_has_the_answer(service: Service, path: str) -> None:
    answer = service.ask(path, headers={REQUEST_ID: f"id-of-{path[1:]}"})
    assert (answer.status, answer.json["request_id"]) == (500, f"id-of-{path[1:]}")
    lines = [line for line in service.log_of(f"id-of-{path[1:]}") if line["message"] == "request"]
    assert [line["status"] for line in lines] == [500]
    assert lines[0]["duration_ms"] >= 300


def test_each_request_has_a_span(service: Service) -> None:
    trace = "0af7651916cd43dd8448eb211c80319c"
    answer = service.ask("/orders/8", headers={REQUEST_ID: "traced", "traceparent": f"00-{trace}-b7ad6b7169203331-01"})
    assert answer.status == 200
    lines = {line["message"]: line for line in service.log_of("traced")}
    assert lines["order read"]["level"] == "debug"  # by its own level, while the others are at info
    assert lines["order read"]["traceId"] == trace
    assert re.fullmatch("[0-9a-f]{16}", lines["order read"]["spanId"])
    span = [trace, "http get /orders/{id}"]  # it is exported after some seconds
    wait_until(lambda: span in service.ask("/spans").json, 15, "the span of the request")


def test_the_settings_of_the_server_have_an_effect(service: Service) -> None:
    answer = service.ask("/large", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.body) == b"x" * 10_000
    forwarded = service.ask("/where", headers={"X-Forwarded-Proto": "https", "X-Forwarded-Host": "example.com"})
    assert forwarded.json == {"url": "https://example.com/where"}


def test_the_server_speaks_tls(extended: Extended, tmp_path: Path) -> None:
    store = tmp_path / "store.p12"
    words = "-genkeypair -alias own -keyalg EC -dname CN=localhost -storetype PKCS12 -storepass changeit -keystore"
    subprocess.run(["keytool", *words.split(), str(store)], check=True, capture_output=True, timeout=60)
    (tmp_path / "runs").mkdir()
    bench = Bench(extended, tmp_path / "runs")
    try:
        service = bench.serve(
            SERVER_SSL_KEY_STORE=f"file:{store}", SERVER_SSL_KEY_STORE_PASSWORD="changeit",
            MANAGEMENT_SERVER_SSL_ENABLED="false",
        )  # fmt: skip
        command = ["curl", "--silent", "--insecure", f"https://localhost:{service.port}/orders/9"]
        found = subprocess.run(command, check=True, capture_output=True, timeout=30)
        assert b'"id":"9"' in found.stdout
        with socket.create_connection(("127.0.0.1", service.port), timeout=5) as plain:
            plain.sendall(b"GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            assert not plain.recv(1000).startswith(b"HTTP/1.1 200")
        service.signal()
        assert service.wait() == 0
        wait_until(lambda: bool(service.logs("stopped")), 5, "the last line")
    finally:
        bench.close()


def test_an_image_of_a_service_with_a_database_is_built_without_it(extended: Extended, tmp_path: Path) -> None:
    """Run the command of the Dockerfile that archives the classes, where a database would count who asks it."""
    write_files(tmp_path, rendered(answers_of(NAME)))
    (tmp_path / "src/main/java/app/orders").mkdir()
    (tmp_path / "src/main/java/app/orders/Stored.java").write_text(ENTITY)
    migrations = tmp_path / "src/main/resources/db/migration"
    migrations.mkdir(parents=True)
    (migrations / "V1__stored.sql").write_text("create table stored (id bigint primary key);\n")
    pom = tmp_path / "pom.xml"
    pom.write_text(pom.read_text().replace("\n  </dependencies>\n", DATABASE, 1))
    with (tmp_path / "src/main/resources/application-training.properties").open("a") as training:
        training.write("spring.jpa.database=postgresql\n")
    env = dict(extended.env) | BUILD_ENV
    succeed(PACKAGE, cwd=tmp_path, env=env, seconds=600)
    extract = ["java", "-Djarmode=tools", "-jar", "target/app.jar", "extract", "--destination", "app"]
    succeed(extract, cwd=tmp_path, env=env, seconds=120)
    run = re.search(r"^RUN (java (?:.*\\\n)*.*serve)$", (tmp_path / "Dockerfile").read_text(), re.M)
    assert run, "the Dockerfile archives the classes"
    with socket.create_server(("127.0.0.1", 0)) as database:
        url = f"jdbc:postgresql://127.0.0.1:{database.getsockname()[1]}/orders"
        said = succeed(
            ["sh", "-c", run[1]], cwd=tmp_path / "app", env=env | {"SPRING_DATASOURCE_URL": url}, seconds=120
        )
        assert '"level":"error"' not in said
        database.settimeout(0)
        with pytest.raises(BlockingIOError):
            database.accept()
    assert (tmp_path / "app/app.jsa").stat().st_size > 1_000_000
