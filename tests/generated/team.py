"""A team that follows its README: it adds a route, a client, a job and startup work by hand; another removes the example."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from workshop.history import edit

WORK = Path(__file__).with_name("team")
"""What a team writes, a folder a language."""


@dataclass(frozen=True)
class Team:
    """New files (a folder of `WORK`), edits (file, where in it, what is written there), files and lines that go."""

    writes: str = ""
    edits: tuple[tuple[str, str, str], ...] = ()
    removes: tuple[str, ...] = ()
    without: tuple[tuple[str, str], ...] = field(default=())


TEAMS = {
    "frontend": Team(
        writes="python",
        edits=(
            ("src/app/api.py", r"(?<=greetings, openapi, )(?=problems)", "orders, "),
            (
                "src/app/api.py",
                r"(?<=    app\.include_router\(greetings\.router\)\n)",
                "    app.include_router(orders.router)\n",
            ),
            (
                "src/app/clients/__init__.py",
                r"(?<=from app\.clients\.mail_client import MailClient\n)",
                "from app.clients.stock_client import StockClient\n",
            ),
            (
                "src/app/clients/__init__.py",
                r"(?<=        MailClient\(settings\),\n)",
                "        StockClient(settings),\n",
            ),
            (
                "src/app/config.py",
                r"(?<=    # Your own settings, which no update changes\n)",
                '    stock_url: HttpUrl = "http://stock"\n    stock_timeout_seconds: Seconds = 2\n',
            ),
            ("src/app/jobs/__init__.py", r"(?<=    digest_job,\n)", "    sweep_job,\n"),
            ("src/app/jobs/__init__.py", r'(?<=    "digest": digest_job\.run,\n)', '    "sweep": sweep_job.run,\n'),
            ("src/app/lifespan.py", r"(?<=    try:\n)", "        app.state.stock_is_known = True\n"),
        ),
    ),
    "frontend-typescript": Team(
        writes="typescript",
        edits=(
            ("src/routes/index.ts", r"(?=import \{ type Options)", 'import { orders } from "./orders.js";\n'),
            ("src/routes/index.ts", r"(?<=  app\.register\(greetings\);\n)", "  app.register(orders, options);\n"),
            (
                "src/clients/index.ts",
                r'(?<=import \{ MailClient \} from "\./mail-client\.js";\n)',
                'import { StockClient } from "./stock-client.js";\n',
            ),
            ("src/clients/index.ts", r"(?<=new MailClient\(settings\), )", "new StockClient(settings), "),
            (
                "src/settings.ts",
                r"(?<=    dependencies: \{\n)",
                (
                    '      stock: {\n        url: environment.httpUrl("STOCK_URL", "http://stock"),\n'
                    '        timeoutSeconds: environment.timeout("STOCK_TIMEOUT_SECONDS", 2),\n      },\n'
                ),
            ),
            ("src/jobs/index.ts", r'(?=  "warm-up")', '  sweep: () => import("./sweep-job.js"),\n'),
            ("src/startup.ts", r"(?=/\*\* Startup work)", "export const known = new Set<string>();\n\n"),
            ("src/startup.ts", r"(?<=\{\n)(?=  await sleep)", '  known.add("stock");\n'),
        ),
    ),
    "weather": Team(
        removes=("src/app/greetings.py", "tests/test_greetings.py"),
        without=(
            ("src/app/api.py", "greetings, "),
            ("src/app/api.py", "    app.include_router(greetings.router)\n"),
        ),
    ),
    "standalone-typescript": Team(
        removes=("src/routes/greetings.ts", "test/greetings.test.ts"),
        without=(
            ("src/routes/index.ts", 'import { greetings } from "./greetings.js";\n'),
            ("src/routes/index.ts", "  app.register(greetings);\n"),
        ),
    ),
    "batch": Team(
        writes="go",
        edits=(
            ("internal/api/api.go", r"^\taddGreetings\(typed\)$", "\taddOrders(typed)"),
            ("main.go", r'(?<=\t\t\{"serve", serve\},\n)', '\t\t{"nightly", job(jobs.Nightly)},\n'),
            (
                "serve.go",
                r"(?<=settings config\.Config\) error \{\n)(?=\tselect)",
                '\tslog.Debug("the cache is warm")\n',
            ),
        ),
        removes=("internal/api/greetings.go", "internal/api/greetings_test.go"),
    ),
    "standalone-rust": Team(
        writes="rust",
        edits=(
            ("src/lib.rs", r"^pub mod greetings;$", "pub mod orders;"),
            ("src/routes.rs", r"^use crate::greetings;\n", ""),
            ("src/routes.rs", r"(?=^use crate::phase::Phase;)", "use crate::orders;\n"),
            ("src/routes.rs", r"routes!\(greetings::greet\)", "routes!(orders::read_order)"),
            ("src/jobs.rs", r"(?=^pub const JOBS)", "mod nightly_job;\n\n"),
            (
                "src/jobs.rs",
                r"(?<=    // One entry for each sub-command\.\n)",
                '    Job {\n        name: "nightly",\n        run: nightly_job::run,\n    },\n',
            ),
            ("src/serve.rs", r"(?<=async fn prepare\(app: &App\) \{\n)", '    tracing::debug!("the cache is warm");\n'),
        ),
        removes=("src/greetings.rs", "tests/greetings.rs"),
    ),
}
"""Goldens on which a team works. `make openapi` then writes the document again."""

DOCUMENT = "openapi.json"


def work(folder: Path, name: str) -> frozenset[str]:
    """Do what the team of the golden of that name does; return the files that are not as they were."""
    team = TEAMS.get(name)
    if team is None:
        return frozenset()
    for path, place, text in team.edits:
        edit(folder / path, place, text)
    for path in team.removes:
        (folder / path).unlink()
    for path, text in team.without:
        whole = (folder / path).read_text()
        assert whole.count(text) == 1, f"{path}: {text}"
        (folder / path).write_text(whole.replace(text, ""))
    for path in sorted((WORK / team.writes).rglob("*") if team.writes else ()):
        if path.is_file():
            target = folder / path.relative_to(WORK / team.writes).with_suffix("")
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_text(path.read_text())
    return frozenset(
        {*(path for path, _, _ in team.edits), *team.removes, *(path for path, _ in team.without), DOCUMENT}
    )
