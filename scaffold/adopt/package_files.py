"""What each language calls its package file, and how its tools are called."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from scaffold.adopt.found import Found


@dataclass(frozen=True)
class Command:
    """A command, why it is the one, and where: a `word` of `file` in the service's folder ("": of the package file)."""

    text: str
    why: str
    file: str = ""
    word: str = ""


Commands = Mapping[str, Command]
"""By the question that each answers."""


@dataclass(frozen=True)
class Language:
    """A language: its name, its package files, the first of them that is there counts, and its commands."""

    title: str
    files: tuple[str, ...]
    commands: Callable[[Found, str], Commands]

    def file_in(self, found: Found) -> str:
        """Return the package file in the service's folder, or nothing; `*.x` stands for any file that ends so."""
        for name in self.files:
            if name.startswith("*"):
                paths = found.files.names(found.prefix, name[1:])
                if paths:
                    return paths[0].removeprefix(found.prefix)
            elif found.has(name):
                return name
        return ""


def _text(found: Found, name: str) -> str:
    source = found.source(name)
    return source.text if source else ""


def _first(found: Found, choices: Mapping[str, str], otherwise: str) -> tuple[str, str]:
    """Return the command beside the first file that is there, and that file."""
    return next(((command, name) for name, command in choices.items() if found.has(name)), (otherwise, ""))


def _setup(found: Found, choices: Mapping[str, str], otherwise: str) -> Command:
    text, name = _first(found, choices, otherwise)
    return Command(text, f"{name} is there" if name else "it is the usual one", file=name)


def _node(found: Found, file: str) -> Commands:
    locks = {
        "pnpm-lock.yaml": "pnpm install --frozen-lockfile",
        "yarn.lock": "yarn install",
        "bun.lock": "bun install --frozen-lockfile",
        "package-lock.json": "npm ci",
    }
    setup = _setup(found, locks, "npm install")
    tool = setup.text.partition(" ")[0]
    documents = found.files.documents(found.prefix + file)
    scripts = documents[0].root.texts("scripts") if documents else {}
    commands = {"setup_command": setup}
    for name, script in (("lint_command", "lint"), ("test_command", "test"), ("run_command", "start")):
        if script in scripts and "no test specified" not in scripts[script]:
            commands[name] = Command(f"{tool} run {script}", f"{file} has the script {script}", word=f'"{script}"')
    return commands


def _python(found: Found, file: str) -> Commands:
    locks = {
        "uv.lock": "uv sync",
        "poetry.lock": "poetry install",
        "Pipfile.lock": "pipenv sync --dev",
        "requirements-dev.txt": "pip install --requirement requirements-dev.txt",
        "requirements.txt": "pip install --requirement requirements.txt",
    }
    setup = _setup(found, locks, "pip install .")
    tool = setup.text.partition(" ")[0]
    run = {"uv": "uv run ", "poetry": "poetry run ", "pipenv": "pipenv run "}.get(tool, "")
    names = dict.fromkeys([file, setup.file or file, "requirements.txt", "requirements-dev.txt", "setup.cfg"])
    commands = {"setup_command": setup}
    for name, word, command in (
        ("lint_command", "ruff", "ruff check"),
        ("lint_command", "flake8", "flake8"),
        ("test_command", "pytest", "pytest"),
    ):
        where = next((each for each in names if word in _text(found, each)), None)
        if where and name not in commands:
            commands[name] = Command(run + command, f"{where} names {word}", file=where, word=word)
    return commands


def _ruby(found: Found, file: str) -> Commands:
    commands = {"setup_command": Command("bundle install", "it is the usual one")}
    for name, word, command in (
        ("lint_command", "rubocop", "rubocop"),
        ("test_command", "rspec", "rspec"),
        ("test_command", "minitest", "rake test"),
        ("run_command", "puma", "puma"),
    ):
        if word in _text(found, file) and name not in commands:
            commands[name] = Command(f"bundle exec {command}", f"{file} names {word}", word=word)
    return commands


def _php(found: Found, file: str) -> Commands:
    documents = found.files.documents(found.prefix + file)
    scripts = documents[0].root.fields("scripts") if documents else {}
    commands = {"setup_command": Command("composer install", "it is the usual one")}
    for name, script in (("lint_command", "lint"), ("test_command", "test")):
        if script in scripts:
            commands[name] = Command(f"composer {script}", f"{file} has the script {script}", word=f'"{script}"')
    return commands


def _go(found: Found, file: str) -> Commands:
    why = f"{file} is there"
    commands = {
        "setup_command": Command("go mod download", why),
        "lint_command": Command("go vet ./...", why),
        "test_command": Command("go test ./...", why),
    }
    if found.has("main.go"):
        commands["run_command"] = Command("go run .", "main.go is there", file="main.go")
    return commands


def _maven(found: Found, file: str) -> Commands:
    tool = "./mvnw" if found.has("mvnw") else "mvn"
    why = f"{file} is there"
    commands = {
        "setup_command": Command(f"{tool} --batch-mode dependency:go-offline", why),
        "test_command": Command(f"{tool} --batch-mode verify", why),
    }
    if "spring-boot-maven-plugin" in _text(found, file):
        why = f"{file} has the plugin of Spring Boot"
        commands["run_command"] = Command(f"{tool} spring-boot:run", why, word="spring-boot-maven-plugin")
    return commands


def _gradle(found: Found, file: str) -> Commands:
    tool = "./gradlew" if found.has("gradlew") else "gradle"
    return {"test_command": Command(f"{tool} check", f"{file} is there")}


def _rust(found: Found, file: str) -> Commands:
    why = f"{file} is there"
    return {
        "setup_command": Command("cargo fetch", why),
        "lint_command": Command("cargo clippy --all-targets", why),
        "test_command": Command("cargo test", why),
        "run_command": Command("cargo run", why),
    }


def _dotnet(found: Found, file: str) -> Commands:
    why = f"{file} is there"
    commands = {
        "setup_command": Command("dotnet restore", why),
        "lint_command": Command("dotnet format --verify-no-changes", why),
        "test_command": Command("dotnet test", why),
    }
    if not file.endswith(".sln"):
        commands["run_command"] = Command("dotnet run", why)
    return commands


def _elixir(found: Found, file: str) -> Commands:
    why = f"{file} is there"
    return {
        "setup_command": Command("mix deps.get", why),
        "lint_command": Command("mix format --check-formatted", why),
        "test_command": Command("mix test", why),
    }


LANGUAGES = (
    Language("Go", ("go.mod",), _go),
    Language("Rust", ("Cargo.toml",), _rust),
    Language("Java", ("pom.xml",), _maven),
    Language("Java with Gradle", ("build.gradle", "build.gradle.kts"), _gradle),
    Language(".NET", ("*.sln", "*.csproj"), _dotnet),
    Language("PHP", ("composer.json",), _php),
    Language("Ruby", ("Gemfile",), _ruby),
    Language("Elixir", ("mix.exs",), _elixir),
    Language("Python", ("pyproject.toml", "Pipfile", "requirements.txt", "setup.py"), _python),
    Language("Node.js", ("package.json",), _node),
)
"""The languages in the order in which they count: package.json often only has the tools of a page."""
