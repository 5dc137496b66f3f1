"""What the Makefile does with secret values: no deployment and no start without them, and no value in a program's arguments."""

from __future__ import annotations

import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.tools import tools
from workshop import goldens

CANARY = "canary-7f3a9c $HOME #1"
CONTEXT = "CONTEXT=dev-eu"
LOG = "#!/bin/sh\nprintf '%s\\n' \"$*\" >> {log}\n"
KUBECTL = (
    LOG
    + """\
case "$*" in
"config current-context") echo dev-eu ;;
*"create secret generic"*) for each in "$@"; do case $each in --from-file=*) cat "${{each##*=}}" ;; esac; done ;;
*"get secret"*) {keys} ;;
esac
"""
)
KUBESEAL = LOG + "echo ---\necho 'kind: SealedSecret'\nsed 's/canary-7f3a9c.*/sealed/'\n"


@dataclass(frozen=True)
class Made:
    """What make ended with, what it said, and what it called."""

    code: int
    said: str
    calls: list[str]
    folder: Path


def make(tmp_path: Path, example: str, *words: str, files: dict[str, str] | None = None, keys: str = ":") -> Made:
    """Run make in a copy of an example, with `files` of values; `keys` is what kubectl does for the keys of a Secret."""
    folder, log = tmp_path / example, tmp_path / "log"
    if not folder.exists():
        folder.mkdir()
        shutil.copytree(goldens.EXAMPLES / example / "deploy", folder / "deploy")
        shutil.copy(goldens.EXAMPLES / example / "Makefile", folder)
        scripts = {"kubectl": KUBECTL.format(log=log, keys=keys), "kubeseal": KUBESEAL.format(log=log)}
        go = '#!/bin/sh\nprintf \'%s\\n\' "$DATABASE_PASSWORD" "$TAX_TOKEN" "$SIGNING_KEY_FILE" > seen\n'
        tools(tmp_path, **scripts, helm=LOG.format(log=log), docker=LOG.format(log=log), go=go)
    for name, content in (files or {}).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(content)
    done = subprocess.run(
        [str(shutil.which("make")), *words],
        cwd=folder, env={"PATH": str(tmp_path / "bin")}, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    calls = log.read_text().splitlines() if log.exists() else []
    return Made(done.returncode, done.stderr, calls, folder)


BY_HAND, SEALED = "everything-typescript", "everything-python"


def keys(*names: str) -> str:
    """Return what kubectl does for Secrets that all have these keys."""
    return f"printf '%s\\n' {' '.join(names)}"


@pytest.mark.parametrize("verb", ["deploy-dev", "helm-deploy-dev"])
def test_a_deployment_without_its_secrets_changes_nothing(tmp_path: Path, verb: str) -> None:
    done = make(tmp_path, BY_HAND, verb, CONTEXT, keys=keys("database-password"))
    assert done.code != 0
    assert "Nothing was deployed: the namespace billing-dev lacks billing-keys/signing.pem." in done.said
    assert not [call for call in done.calls if "apply" in call or "upgrade" in call]


def test_a_deployment_with_its_secrets_goes_on(tmp_path: Path) -> None:
    done = make(tmp_path, BY_HAND, "helm-deploy-dev", CONTEXT, keys=keys("database-password", "signing.pem"))
    assert done.code == 0, done.said
    assert done.calls[-1].startswith("upgrade --install ")


def test_an_account_that_reads_no_secrets_deploys_with_a_notice(tmp_path: Path) -> None:
    done = make(tmp_path, BY_HAND, "helm-deploy-dev", CONTEXT, keys="exit 1")
    assert done.code == 0
    assert "Not checked: your account can't read the Secret billing-keys in the namespace billing-dev." in done.said


VALUES = {
    "secrets/dev/everything-python/database-password": CANARY,
    "secrets/dev/billing-keys/signing.pem": f"{CANARY}\n",
}
OVERLAY = "deploy/overlays/dev/sealed-secrets.yaml"


def test_sealed_values_are_in_the_overlay_and_in_no_argument(tmp_path: Path) -> None:
    done = make(tmp_path, SEALED, "seal-dev", CONTEXT, files=VALUES)
    assert done.code == 0, done.said
    written = (done.folder / OVERLAY).read_text()
    assert written.startswith("# The Secrets of dev")
    assert written.count("---\nkind: SealedSecret\n") == 2 and "canary" not in written
    assert not [call for call in done.calls if "canary" in call]
    assert [call for call in done.calls if call.startswith("--context dev-eu ")] == 2 * [
        "--context dev-eu --format yaml"
    ]
    again = make(tmp_path, SEALED, "seal-dev", CONTEXT)
    assert again.code == 0 and (done.folder / OVERLAY).read_text() == written


def test_a_missing_value_seals_nothing(tmp_path: Path) -> None:
    before = (goldens.EXAMPLES / SEALED / OVERLAY).read_text()
    first = next(iter(VALUES))
    done = make(tmp_path, SEALED, "seal-dev", CONTEXT, files={first: CANARY})
    assert done.code != 0
    file = "secrets/dev/billing-keys/signing.pem"
    assert f"Nothing was sealed: write the value into the file {file} first." in done.said
    assert (done.folder / OVERLAY).read_text() == before


def test_a_failed_kubeseal_changes_no_file(tmp_path: Path) -> None:
    make(tmp_path, SEALED, "help")
    (tmp_path / "bin/kubeseal").write_text("#!/bin/sh\nexit 1\n")
    done = make(tmp_path, SEALED, "seal-dev", CONTEXT, files=VALUES)
    assert done.code != 0
    assert (done.folder / OVERLAY).read_text() == (goldens.EXAMPLES / SEALED / OVERLAY).read_text()


def test_a_deployment_without_sealed_values_changes_nothing(tmp_path: Path) -> None:
    done = make(tmp_path, SEALED, "deploy-dev", CONTEXT)
    assert done.code != 0
    assert f"Nothing was deployed: {OVERLAY} has no value yet. Run: make seal-dev CONTEXT=dev-eu" in done.said
    assert done.calls == ["config current-context"]


def test_a_start_on_this_machine_needs_its_values(tmp_path: Path) -> None:
    done = make(tmp_path, BY_HAND, "up")
    assert done.code != 0 and done.calls == []
    assert "The service needs secret values. Copy .env.example to .env, and change the values there." in done.said
    done = make(tmp_path, BY_HAND, "up", files={".env": "DATABASE_PASSWORD='a'\n"})
    assert done.code != 0 and done.calls == []
    assert "The service needs a secret value in the file secrets/local/signing-key" in done.said
    done = make(tmp_path, BY_HAND, "up", files={"secrets/local/signing-key": "a"})
    assert done.code == 0, done.said
    assert done.calls == ["compose up --build"]


def test_the_code_gets_the_values_of_this_machine(tmp_path: Path) -> None:
    values = {".env": f"DATABASE_PASSWORD='{CANARY}'\nTAX_TOKEN=plain\n", "secrets/local/signing-key": "a"}
    done = make(tmp_path, "everything-go", "run", files=values)
    assert done.code == 0, done.said
    assert (done.folder / "seen").read_text().splitlines() == [CANARY, "plain", "secrets/local/signing-key"]
