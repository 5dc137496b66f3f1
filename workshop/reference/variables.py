"""The environment variables on docs/reference/settings.md."""

from __future__ import annotations

import click

from scaffold.check import settings as of_check_settings
from scaffold.cli.prove import prove
from scaffold.releases.home import SOURCE_VARIABLE
from workshop.reference.markdown import code, codes, paragraph, sentence, table

OTHERS = {
    "NO_COLOR": "No colours in the output.",
    "FORCE_COLOR": "Colours, even if the output is not a terminal.",
    "COLUMNS": "Width of tables and of progress messages.",
    "DOCKER_CONFIG": "Folder of Docker's `config.json`, where `pin` looks for credentials.",
    "DOCKER_HOST, CONTAINER_HOST": "Read by Docker and Podman, which `prove` runs.",
    "KUBECONFIG": "Read by kubectl, which `prove --cluster` runs.",
    "HTTP_PROXY, HTTPS_PROXY, NO_PROXY": "Proxies for `pin`, and for `check --allow-network`.",
    "TMPDIR": "Folder for temporary files.",
    "XDG_CONFIG_HOME, XDG_CACHE_HOME, XDG_STATE_HOME": "On Linux: folders of your settings, of the cache, and of the "
    "answers that `new --resume` continues with.",
}
"""Variables that have a meaning for other programs, too."""


def of_check(name: str) -> str:
    """Return the variable of a setting of `scaffold check`."""
    return f"SCAFFOLD_CHECK_{name.upper()}"


def own() -> dict[str, str]:
    """Return scaffold's own variables but those of `check`: each with its meaning."""
    found = {SOURCE_VARIABLE: "Address of the template, as new services record it. The same as `--template`."}
    for each in prove.params:
        if isinstance(each, click.Option) and isinstance(each.envvar, str):
            found[each.envvar] = f"The same as `prove {each.opts[0]}`. {sentence(each.help or '')}"
    found["SCAFFOLD_VEGETA"] = "Path of vegeta, the load generator of `prove`. Default: the one on the PATH."
    return found


def tables() -> str:
    """Return the tables of all variables."""
    never = ", ".join(f"`{of_check(each)}`" for each in of_check_settings._NEVER_IN_A_FILE)
    return "\n\n".join(
        [
            table(("variable", "meaning"), [(code(name), meaning) for name, meaning in own().items()]),
            paragraph(
                f"Each key of [`[check]`](#check) has a variable, too; see the table there. {never} has no key. Write "
                "lists with commas, and switches as `1`, `true` or `yes`."
            ),
            paragraph("These variables are known from other programs:"),
            table(("variable", "effect"), [(codes(name), meaning) for name, meaning in OTHERS.items()]),
        ]
    )
