"""What a shell's completion offers for the values of options; each reads what it needs when Tab is pressed."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import click
from click.shell_completion import CompletionItem


def pair(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer KEY=VALUE: every question, with each of its choices."""
    from scaffold.engine.template import load_template, template_root

    return _starting(
        incomplete,
        (
            (f"{question.name}={value}", label or question.help)
            for question in load_template(template_root()).asked
            for label, value in (question.choices.items() or [("", "")])
        ),
    )


def question(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer every question, and `all`."""
    from scaffold.engine.template import load_template, template_root

    questions = load_template(template_root()).asked
    return _starting(incomplete, [("all", "Every question"), *((each.name, each.help) for each in questions)])


def record_to_add(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer LIST. for each list of records."""
    from scaffold.engine.template import load_template, template_root

    questions = load_template(template_root()).asked
    return _starting(incomplete, ((f"{each.name}.", each.help) for each in questions if each.fields))


def record_to_remove(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer what the service's answers file names: each answer, and each record of a list."""
    from scaffold.engine.answers_file import NAME, read_answers
    from scaffold.engine.template import load_template, template_root
    from scaffold.errors import AnswerError

    folder = next(iter(ctx.params.get("folders") or ()), Path())
    try:
        answers = read_answers(folder / NAME, below=folder)
    except AnswerError:
        return []
    offered = []
    for each in load_template(template_root()).asked:
        found = answers.get(each.name)
        if each.fields and isinstance(found, list):
            key = each.fields[0].name
            offered += [(f"{each.name}.{one[key]}", "") for one in found if isinstance(one, dict) and key in one]
        elif each.name in answers:
            offered.append((each.name, each.help))
    return _starting(incomplete, offered)


def version(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the released versions of the template, the newest first."""
    from scaffold.releases import installed

    return _starting(incomplete, ((str(each.version), each.date.isoformat()) for each in reversed(installed().known)))


def rule(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the patterns and rules of `scaffold check`."""
    from scaffold.check.rules import all_rules

    rules = all_rules().values()
    return _starting(incomplete, [(each.pattern, "") for each in rules] + [(each.id, each.title) for each in rules])


def revision(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the branches and tags of the repository around."""
    from scaffold.errors import GitError
    from scaffold.git.command import try_git

    try:
        done = try_git("for-each-ref", "--format=%(refname:short)", "--count=1000", looking=True)
    except GitError:
        return []
    return _starting(incomplete, ((name, "") for name in done.stdout.decode(errors="replace").split()))


def experiment(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the patterns and experiments of `scaffold prove`."""
    from scaffold.prove.select import experiments

    known = experiments()
    return _starting(incomplete, [(each.pattern, "") for each in known] + [(each.id, each.question) for each in known])


def page(ctx: click.Context, parameter: click.Parameter, incomplete: str) -> list[CompletionItem]:
    """Offer the pages of `scaffold docs`; the rules of a pattern once its id is there."""
    from scaffold.documentation.pages import pages, rules

    offered = [*pages(), *(rules() if incomplete.upper().startswith("P") else ())]
    return _starting(incomplete, ((each.name, each.title) for each in offered))


def _starting(incomplete: str, offered: Iterable[tuple[str, str]]) -> list[CompletionItem]:
    """Keep each value once that goes on from what is typed."""
    fitting = {value: text for value, text in offered if value.startswith(incomplete)}
    return [CompletionItem(value, help=text) for value, text in fitting.items()]
