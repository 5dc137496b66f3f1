"""Make a new service: the steps of `scaffold new` behind its questions."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from scaffold import git
from scaffold.engine.render import Origin
from scaffold.engine.template import Template, load_template
from scaffold.files.folder import RenderedFile, staged, write_files
from scaffold.releases.home import origin_of, template_url


def template_and_origin(version: str | None = None, url: str | None = None) -> tuple[Template, Origin]:
    """Return the template as it is installed, or as it was in a version, and what its services remember of it.

    Raises:
        VersionError, TemplateError, DestinationError, GitError: as `releases.template_at` does.
        SettingError: when the URL, given or set, is none.
    """
    if version is None:
        template = load_template()
        return template, origin_of(template, url)
    from scaffold import releases

    return releases.template_at(version), Origin(template_url(url), releases.resolve(version).name)


def create(
    destination: Path, name: str, files: Sequence[RenderedFile], *, with_git: bool = True, force: bool = False
) -> bool:
    """Write the files to `destination` in one move, as a git repository with one commit; say whether it is one.

    Inside another repository's work tree, or with `force` in a folder that is one already, no repository is made.

    Raises:
        DestinationError: when the folder can't take it.
        GitError: when git refuses. In both cases nothing is written.
    """
    repository = with_git and not git.inside_work_tree(destination.absolute())
    with staged(destination, force=force) as stage:
        write_files(stage, files)
        if repository:
            git.commit_all(stage, f"Start {name} from the scaffold template")
    return repository
