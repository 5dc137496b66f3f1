"""The jobs of the afternoon: each begins in an empty folder, and ends when what it is about works."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass

from bench.afternoon import texts
from bench.afternoon.shell import Afternoon
from tests.prompt.terminal import DOWN, ENTER
from workshop import goldens

FLEET = 20
"""Services."""


@dataclass(frozen=True)
class Job:
    """A job: its name in the table of bench/README.md, and how it is done."""

    name: str
    run: Callable[[Afternoon], None]

    def __str__(self) -> str:
        return self.name


def smallest(afternoon: Afternoon) -> None:
    """From nothing to the tests of the smallest service."""
    afternoon.types("scaffold new small")
    afternoon.terminal.accepts_defaults(after="name")
    afternoon.terminal.presses(ENTER)
    afternoon.ends()
    afternoon.runs("cd small")
    afternoon.makes("setup", "test")


def interactive(afternoon: Afternoon) -> None:
    """A service in Go with two dependencies and a job, answered at the questions."""
    terminal = afternoon.terminal
    afternoon.types("scaffold new shop")
    terminal.sees("Team that owns")
    terminal.presses(ENTER)
    terminal.sees("Language of the service")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Ports that serve traffic")
    terminal.presses(ENTER)
    for name, keys in (("mail", (ENTER,)), ("weather", (DOWN, ENTER))):
        terminal.sees("Services that this one calls")
        terminal.presses(DOWN, ENTER)
        terminal.sees("Name of the dependency")
        terminal.types(name)
        terminal.sees("Its URL")
        terminal.presses(ENTER)
        terminal.sees("critical")
        terminal.presses(*keys)
        terminal.sees("Time limit of a call")
        terminal.presses(ENTER)
    terminal.sees("weather (url http://weather, kind auxiliary, timeout 1)")
    terminal.sees("Remove")
    terminal.presses(ENTER)
    terminal.sees("Jobs that run from the same image")
    terminal.presses(DOWN, ENTER)
    terminal.sees("Name of the job")
    terminal.types("digest")
    for words in ("Sub-command", "Time limit of the job", "Number of retries", "Cron line"):
        terminal.sees(words)
        terminal.presses(ENTER)
    terminal.accepts_defaults(after="dependencies")
    terminal.presses(ENTER)
    afternoon.ends()


def first_route(afternoon: Afternoon) -> None:
    """A route that takes an order, and its test."""
    _service(afternoon)
    afternoon.edits("orders/src/app/api.py", r"(?=^def create_api)", texts.ROUTE)
    afternoon.writes("orders/tests/test_orders.py", texts.ROUTE_TEST)
    afternoon.makes("setup", "lint", "test")


def database(afternoon: Afternoon) -> None:
    """PostgreSQL with its driver, and the job that migrates."""
    _service(afternoon)
    afternoon.runs("scaffold update --add dependencies.db='{url: \"postgres:5432\"}' --add jobs.migrate --commit")
    afternoon.edits("orders/requirements.in", r"\Z", "psycopg[binary]\n")
    afternoon.writes("orders/src/app/clients/db_client.py", texts.DATABASE)
    afternoon.writes("orders/src/app/jobs/migrate_job.py", texts.MIGRATION)
    afternoon.writes("orders/tests/test_migrate_job.py", texts.MIGRATION_TEST)
    afternoon.makes("lock", "setup", "lint", "test")


def secret(afternoon: Afternoon) -> None:
    """A required setting that is a secret."""
    _service(afternoon)
    afternoon.edits("orders/src/app/config.py", r"(?<=    Field,\n)", "    SecretStr,\n")
    afternoon.edits(
        "orders/src/app/config.py",
        r"(?<=    # Your own settings, which no update changes\n)",
        "    db_password: SecretStr\n",
    )
    afternoon.edits("orders/tests/conftest.py", r"(?<== \"test\"\n)", 'os.environ["DB_PASSWORD"] = "test"\n')
    afternoon.writes("orders/deploy/base/own-secret.yaml", texts.SECRET)
    afternoon.edits("orders/deploy/base/kustomization.yaml", r"\Z", "patches:\n  - path: own-secret.yaml\n")
    afternoon.runs("scaffold check --profile essential")
    afternoon.makes("setup", "lint", "test")


def flag(afternoon: Afternoon) -> None:
    """A setting with a default."""
    _service(afternoon)
    afternoon.edits(
        "orders/src/app/config.py",
        r"(?<=    # Your own settings, which no update changes\n)",
        "    new_checkout: bool = False\n",
    )
    afternoon.edits("orders/deploy/base/config.env", r"\Z", "NEW_CHECKOUT=false\n")
    afternoon.makes("setup", "lint", "test")


def ingress(afternoon: Afternoon) -> None:
    """A way in from outside of the cluster."""
    _service(afternoon)
    afternoon.writes("orders/deploy/base/ingress.yaml", texts.INGRESS)
    afternoon.edits(
        "orders/deploy/base/kustomization.yaml",
        r"(?<=resources:  # add your own below this line\n)",
        "  - ingress.yaml\n",
    )
    afternoon.runs("scaffold check --profile essential")


def replicas(afternoon: Afternoon) -> None:
    """Another number of pods in production."""
    _service(afternoon)
    afternoon.runs("scaffold update --data replicas=3 --commit")


def update(afternoon: Afternoon) -> None:
    """A service of an old version, with edits in it."""
    afternoon.prepares("scaffold", "new", "old", "--defaults", "--vcs-ref", "0.1.0", "--quiet")
    afternoon.edits("old/src/app/api.py", r"(?=^def create_api)", texts.ROUTE)
    afternoon.writes("old/tests/test_orders.py", texts.ROUTE_TEST)
    afternoon.edits("old/README.md", r"(?<=^# old\n)", "\nIt takes orders.\n")
    afternoon.prepares("git", "add", "--all", cwd="old")
    afternoon.prepares("git", "commit", "--quiet", "--all", "--message", "ours", cwd="old")
    afternoon.begins()
    afternoon.runs("cd old")
    afternoon.runs("scaffold update --commit")


def change_of_mind(afternoon: Afternoon) -> None:
    """A breaker comes and goes, another language comes and is taken back."""
    afternoon.prepares(*("scaffold", "new", "orders", "--defaults", "--quiet", "--data", "dependencies=[{name: mail}]"))
    afternoon.begins()
    afternoon.runs("cd orders")
    afternoon.runs("scaffold update --data breaker=envoy --commit")
    afternoon.runs("scaffold update --data breaker=none --commit")
    afternoon.runs("git diff --exit-code HEAD~2 -- . ':!.copier-answers.yml'")
    afternoon.types("scaffold update --data language=go")
    afternoon.terminal.sees("Continue?")
    afternoon.terminal.types("y")
    afternoon.ends()
    afternoon.runs("scaffold update --abort")
    assert afternoon.runs("git status --porcelain").splitlines()[1:] == []


def platform(afternoon: Afternoon) -> None:
    """A company's own template, a release of it, and a service that moves to it."""
    _service(afternoon)
    afternoon.runs("cd ..")
    afternoon.runs("scaffold template new acme --url $PWD/acme")
    afternoon.runs("cd acme")
    afternoon.edits("acme/platform/questions.yml", r"\Z", "owner: {default: acme-org/platform}\nci: {fixed: gitlab}\n")
    afternoon.writes("acme/platform/files/SUPPORT.md", "Ask the platform team.\n")
    afternoon.runs("scaffold template build")
    afternoon.runs("git add --all && git commit --quiet --message 'Our own template'")
    afternoon.runs("scaffold template release 1.0.0")
    afternoon.runs("cd ../orders")
    afternoon.runs("scaffold update --onto $OLDPWD --commit")
    assert (afternoon.folder / "orders/SUPPORT.md").is_file()


def fleet(afternoon: Afternoon) -> None:
    """The update of twenty repositories, each on a branch, committed."""
    afternoon.prepares("scaffold", "new", "svc01", "--defaults", "--vcs-ref", "0.3.0", "--quiet")
    for number in range(2, FLEET + 1):
        shutil.copytree(afternoon.folder / "svc01", afternoon.folder / f"svc{number:02}")
    afternoon.begins()
    printed = afternoon.runs("scaffold update svc* --branch next --commit")
    assert printed.count("committed as") == FLEET


def existing(afternoon: Afternoon) -> None:
    """The patterns of an application that was not made by scaffold."""
    for path, text in texts.FLASK.items():
        afternoon.writes(f"shop/{path}", text)
    afternoon.prepares("git", "init", "--quiet", "shop")
    afternoon.begins()
    afternoon.runs("cd shop")
    afternoon.runs("scaffold check", code=1)
    afternoon.types("scaffold check --fix")
    afternoon.terminal.sees("[y/N]")
    afternoon.terminal.types("y")
    afternoon.ends(code=1)


def every_language(afternoon: Afternoon) -> None:
    """Lint and tests of a service in each language."""
    languages = next(each.choices for each in goldens.engine()[0].asked if each.name == "language").values()
    for language in languages:
        afternoon.prepares("scaffold", "new", language, "--defaults", "--data", f"language={language}", "--quiet")
    afternoon.begins()
    for language in languages:
        afternoon.runs(f"cd ../{language}" if afternoon.typed else f"cd {language}")
        afternoon.makes("setup", "lint", "test")


def _service(afternoon: Afternoon) -> None:
    afternoon.prepares("scaffold", "new", "orders", "--defaults", "--quiet")
    afternoon.begins()
    afternoon.runs("cd orders")


JOBS = (
    Job("the smallest service, to its tests", smallest),
    Job("an interactive Go service", interactive),
    Job("POST /orders, and its test", first_route),
    Job("PostgreSQL, and a migration", database),
    Job("a secret", secret),
    Job("a feature flag", flag),
    Job("an Ingress", ingress),
    Job("other replicas", replicas),
    Job("0.1.0, edits, update", update),
    Job("changed mind", change_of_mind),
    Job("a company's own template", platform),
    Job("20 services", fleet),
    Job("an existing Flask app: check, fix", existing),
    Job("five languages: setup, lint, test", every_language),
)
