"""The released versions of the template: which there are, what each looked like, and what changed between them.

They come from git: from the checkout that this package runs from, or from the bundle that an installed package carries.
No network is used.
"""

from scaffold.releases.changes import Change, changes_between
from scaffold.releases.known import Release, known, latest
from scaffold.releases.revision import Revision, resolve
from scaffold.releases.trees import template_at

__all__ = ["Change", "Release", "Revision", "changes_between", "known", "latest", "resolve", "template_at"]
