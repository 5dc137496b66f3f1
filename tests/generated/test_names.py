"""Names that a language knows as something else, or that are nearly alike, compile in each language, formatted and clean.

KUBE_SCAFFOLD_SEED=N tries other generated names.
"""

from __future__ import annotations

import os
import random
import re
import shutil
import string
from pathlib import Path
from typing import Any

import pytest

from scaffold.errors import AnswerError
from scaffold.files.folder import write_files
from tests.generated.makefile import furnish, make
from workshop import goldens

pytestmark = [pytest.mark.generated, pytest.mark.aside]

SEED = os.environ.get("KUBE_SCAFFOLD_SEED", "1")
# Reserved words of each language's reference, and names that its libraries or our own code use.
RESERVED = {
    "python": """and as assert async await break case class continue def del elif else except finally for from global if
        import in is lambda match nonlocal not or pass raise return try type while with yield self cls print list dict id str
        int app main httpx asyncio settings config logging json time password passphrase my-token secret pwd""",
    "go": """break case chan const continue default defer else fallthrough for func go goto if import interface map package
        range return select struct switch type var any append bool byte cap clear close copy delete error int iota len main
        init make max min new nil panic print real recover string true false test config context http upstream clients""",
    "java": """abstract assert boolean break byte case catch char class const continue default do double else enum extends
        final finally float for goto if implements import instanceof int interface long native new package private protected
        public record return sealed short static strictfp super switch synchronized this throw throws transient try var void
        volatile when while yield true false null object string main get-class hash-code equals job dependency http tcp""",
    "rust": """abstract as async await become box break const continue crate do dyn else enum extern false final fn for gen
        if impl in let loop macro match mod move mut override priv pub ref return self static struct super trait true try type
        typeof union unsafe unsized use virtual where while yield main lib std core alloc some none ok err string vec option""",
    "typescript": """any arguments as async await boolean break case catch class const constructor continue debugger declare
        default delete do else enum eval export extends false finally for from function get if implements import in infer
        instanceof interface is keyof let module namespace never new null number object of package private protected public
        prototype require return set static string super switch symbol this throw true try type typeof undefined unknown var
        void while with yield index settings client dependency to-string value-of""",
}
ALIKE = """a b a-1 a1 a-b ab a-b-c ab-c a-bc x-1-2 x-12 x1-2 x12 url timeout port admin service log-level"""


def generated(chance: random.Random, count: int) -> list[str]:
    """Return names of all lengths, with hyphens and digits anywhere."""
    found: set[str] = set()
    while len(found) < count:
        name = chance.choice(string.ascii_lowercase)
        for _ in range(chance.choice([0, 1, 5, 14, 22, 29])):
            name += chance.choice(["", "", "-"]) + chance.choice(string.ascii_lowercase + string.digits)
        found.add(name[:30].rstrip("-"))
    return sorted(found)


def apart(names: list[str]) -> list[str]:
    """Return the names whose class files have names of their own where case is ignored; the others are refused."""
    return list({re.sub("-(?=[a-z])", "", name): name for name in reversed(names)}.values())[::-1]


def accepted(language: str, secret: dict[str, str]) -> bool:
    """Is this a secret that the language can have a setting for? Names of settings and of the system are refused, too."""
    try:
        goldens.engine()[1].resolve({"language": language, "secrets": [secret]})
    except AnswerError:
        return False
    return not secret["name"].endswith(("-url", "-timeout-seconds"))  # those of a dependency


def answers(language: str, chance: random.Random) -> dict[str, Any]:
    """Return a service with as many names as it may have: all of them as jobs, a part as dependencies and as ports."""
    reserved = RESERVED[language].split()
    names = list(dict.fromkeys([*reserved, *ALIKE.split(), *generated(chance, 20)]))
    if language == "java":
        names = apart(names)
    some = [*chance.sample(reserved, 14), *ALIKE.split()[:8], *chance.sample(names, len(names))]
    some = [name for name in dict.fromkeys(some) if name in names]
    dependencies = [
        {
            "name": name,
            "url": chance.choice(["http://{}", "https://x.example.com/{}", "{}.prod.svc:6379"]).format(
                "h" * chance.randint(1, 60)
            ),
            "kind": chance.choice(["critical", "auxiliary"]),
            "timeout": chance.choice([1, 0.5, 2.25]),
        }
        for name in some[:32]
    ]
    jobs = [
        {
            "name": name,
            "command": f"{name}{chance.choice(['', ' --day x', ' ' + 'v' * 80])}",
            "deadline": 60,
            "retries": 1,
        }
        for name in names
    ]
    short = [name for name in some if len(name) <= 15 and name not in {"admin", "true", "false", "null"}]
    # The port x-url and the dependency port-x would have one variable.
    short = [name for name in short if not name.endswith(("-url", "-timeout-seconds"))]
    ports = [{"name": name, "number": 8080 + index} for index, name in enumerate(short[:8])]
    forms = ("variable", "file")
    secrets = [{"name": name, "form": forms[index % 2]} for index, name in enumerate(names)]
    return {
        "secrets": [each for each in secrets if accepted(language, each)][:100],
        "name": next(name for name in reserved if name not in {"true", "false", "null"}),
        "language": language,
        "dependencies": dependencies,
        "jobs": jobs,
        "ports": ports,
        "admin_port": 9999,
    }


@pytest.mark.parametrize(
    "language", [pytest.param(each, marks=pytest.mark.xdist_group(each)) for each in sorted(RESERVED)]
)
def test_any_names_compile(language: str, services: Path) -> None:
    folder = services / f"names-{language}"
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir()
    write_files(folder, goldens.rendered(goldens.engine()[1].resolve(answers(language, random.Random(SEED)))))
    furnish(folder, language)
    make(folder, "lint")


@pytest.mark.parametrize(
    "answer",
    [
        {
            "dependencies": [
                {"name": name, "url": "http://a", "kind": "critical", "timeout": 1} for name in ("a-bc", "x", "ab-c")
            ]
        },
        {
            "jobs": [
                {"name": f"j{each}", "command": f"{each} --now", "deadline": 60, "retries": 1}
                for each in ("a-bc", "x", "ab-c")
            ]
        },
    ],
    ids=lambda answer: next(iter(answer)),
)
def test_two_classes_never_share_a_file_where_case_is_ignored(answer: dict[str, Any]) -> None:
    with pytest.raises(
        AnswerError, match="must not be ab-c: the file of its class and that of a-bc differ only by case"
    ):
        goldens.engine()[1].resolve({"language": "java", **answer})
    goldens.engine()[1].resolve(answer)
    (records,) = answer.values()
    goldens.engine()[1].resolve({"language": "java", next(iter(answer)): records[:2]})


def test_every_language_has_its_words() -> None:
    choices = next(question for question in goldens.engine()[0].asked if question.name == "language").choices
    assert set(RESERVED) == set(choices.values())
    for words in RESERVED.values():
        assert all(re.fullmatch(r"[a-z]([a-z0-9]|-[a-z0-9])*", word) for word in words.split())
