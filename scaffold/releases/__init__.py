"""The released versions of the template: which there are, what each looked like, and what changed between them.

They come from git: from the checkout that this package runs from, or from the bundle that an installed package carries.
No network is used.
"""

from scaffold.releases.changes import Change
from scaffold.releases.history import History, installed
from scaffold.releases.known import Release
from scaffold.releases.revision import Revision

__all__ = ["Change", "History", "Release", "Revision", "installed"]
