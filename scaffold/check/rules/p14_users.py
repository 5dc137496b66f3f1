"""P14: least privilege, of the user that a program runs as."""

from __future__ import annotations

from scaffold.check.model.scope import Scope
from scaffold.check.model.users import image_user, is_refused, starts_as_another, user_of
from scaffold.check.model.workloads import Container
from scaffold.check.rules.rule import Problem, Problems, Rule
from scaffold.syntax.dockerfile import Dockerfile


class UserRefused(Rule[Container]):
    """A container must not run as root, and the kubelet sees that it would, or can't verify that it would not.

    With `runAsNonRoot`, the kubelet checks `runAsUser`, or without it the image's USER. If the user is 0, missing or a
    name, it does not start the container (CreateContainerConfigError).
    """

    id = "P14-user-refused"
    former_id = "P06-user-not-numeric"
    severity = "error"
    looks_at = Container

    def check(self, container: Container, scope: Scope) -> Problems:
        """Set USER to a number above 0 in the Dockerfile, or set `runAsUser` to one."""
        non_root = container.setting("runAsNonRoot")
        if not non_root or not non_root.is_true() or container.workload.is_windows:
            return
        if is_refused([container], scope):
            user = container.setting("runAsUser")
            yield Problem(
                user or container.at, f"{container.name} must not run as root, but runAsUser is 0", (non_root,)
            )
        elif (of_image := image_user(container, scope)) and of_image.from_base:
            yield Problem(of_image.at, "the image sets no USER, so it would run as root", also=(non_root,))
        elif of_image and of_image.is_root:
            yield Problem(of_image.at, f"the image runs as root, but {container.name} must not", also=(non_root,))
        elif of_image and not of_image.is_number:
            message = f"Kubernetes can't verify that the user {of_image.name} is not root"
            yield Problem(of_image.at, message, also=(non_root,))


class ImageRunsAsRoot(Rule[Dockerfile]):
    """An image runs as root, and no manifest sets another user.

    An intruder acts as root: installs programs, binds any port, and looks for a way to the node.
    """

    id = "P14-image-runs-as-root"
    severity = "warning"
    kind = "hygiene"
    looks_at = Dockerfile

    def check(self, dockerfile: Dockerfile, scope: Scope) -> Problems:
        """Create a user, and end the last stage with its number: `USER 10001`."""
        user = user_of(dockerfile)
        if not user or not user.is_root or dockerfile.is_for_work or starts_as_another(dockerfile):
            return
        running = scope.repository.images.containers_of(dockerfile)
        if running and all(each.setting("runAsUser") or each.setting("runAsNonRoot") for each in running):
            return  # the pods say who it is, and the other rules judge that
        yield Problem(user.at, "no USER: the image runs as root" if user.from_base else "the image runs as root")
