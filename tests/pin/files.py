"""What the tests of files share: references to write, and what is found and planned for them."""

from __future__ import annotations

from pathlib import Path

from hypothesis import strategies as st

from scaffold.pin.plan import PinnedFile, find_images, plan, wanted

OLD, NEW = (f"sha256:{digit * 64}" for digit in "ab")


def found(folder: Path) -> list[tuple[str, int, str]]:
    return [(use.path, use.line, use.reference) for use in find_images(folder)]


def references(folder: Path) -> list[str]:
    return [use.reference for use in find_images(folder)]


def planned(folder: Path, digest: str = NEW) -> list[PinnedFile]:
    return plan(folder, dict.fromkeys(wanted(find_images(folder)), digest))


components = st.from_regex(r"[a-z0-9]{1,8}((\.|_|__|-{1,3})[a-z0-9]{1,8}){0,2}", fullmatch=True)
hosts = st.from_regex(
    r"([a-z0-9]{1,8}\.){1,3}[a-z]{2,5}(:[1-9][0-9]{0,4})?|localhost(:[1-9][0-9]{0,3})?", fullmatch=True
)
tags = st.from_regex(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}", fullmatch=True)
digests = st.from_regex(r"sha256:[0-9a-f]{64}", fullmatch=True)
written = st.builds(
    lambda host, path, tag, digest: f"{host}{'/'.join(path)}{tag}{digest}",
    st.just("") | hosts.map(lambda host: f"{host}/"),
    st.lists(components, min_size=1, max_size=4).filter(lambda path: "." not in path[0] or len(path) == 1),
    st.just("") | tags.map(lambda tag: f":{tag}"),
    st.just("") | digests.map(lambda digest: f"@{digest}"),
)
