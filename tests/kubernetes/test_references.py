"""The names of images, as Docker reads them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.kubernetes.references import InvalidReferenceError, Reference, parse_reference, with_digest
from tests.pin.files import OLD, digests, written


@pytest.mark.parametrize(
    ("text", "spelled_out"),
    [
        ("python", "docker.io/library/python:latest"),
        ("python:3.13", "docker.io/library/python:3.13"),
        ("docker.io/python:3.13", "docker.io/library/python:3.13"),
        ("index.docker.io/library/python:3.13", "docker.io/library/python:3.13"),
        ("hadolint/hadolint:v2", "docker.io/hadolint/hadolint:v2"),
        ("ghcr.io/a/b/c:d", "ghcr.io/a/b/c:d"),
        ("localhost/a:1", "localhost/a:1"),
        ("localhost:5000/a:1", "localhost:5000/a:1"),
        ("[::1]:5000/a:1", "[::1]:5000/a:1"),
        ("MYHOST/a:1", "MYHOST/a:1"),
        ("a.b/c__d/e--f.g:_1.2-x", "a.b/c__d/e--f.g:_1.2-x"),
        (f"python@{OLD}", f"docker.io/library/python@{OLD}"),
        (f"python:3.13@{OLD}", f"docker.io/library/python:3.13@{OLD}"),
    ],
)
def test_reference(text: str, spelled_out: str) -> None:
    assert str(parse_reference(text)) == spelled_out
    assert parse_reference(spelled_out) == parse_reference(text)


@pytest.mark.parametrize(
    "text",
    ["", "Python:3", "a b", "a:", ":1", "a:1:2", "a@sha256:12", "a@md5:" + "0" * 32, "/a", "a/", "a//b", "a_-b",
     "a:1\n", "http://a/b", "a:-1", "a:" + "1" * 129, "a" * 256, "a.b_c/d:1",
     "\uff41:1", "a:\uff11", f"a@{OLD.upper()}"],
)  # fmt: skip
def test_no_reference(text: str) -> None:
    with pytest.raises(InvalidReferenceError, match="is not an image reference"):
        parse_reference(text)


@given(written)
def test_any_reference_is_the_same_spelled_out(text: str) -> None:
    image = parse_reference(text)
    assert parse_reference(str(image)) == image
    assert image.tag or image.digest


@given(written, digests)
def test_any_pinned_reference_keeps_its_words(text: str, digest: str) -> None:
    image, pinned = parse_reference(text), with_digest(text, digest)
    assert pinned.startswith(text.partition("@")[0])
    assert parse_reference(pinned) == Reference(image.registry, image.repository, image.tag or "latest", digest)
    assert with_digest(pinned, digest) == pinned


@given(st.text(max_size=40) | st.text("ab/:.@-_A1[]", max_size=20))
def test_any_text_is_a_reference_or_refused(text: str) -> None:
    try:
        image = parse_reference(text)
    except InvalidReferenceError:
        return
    assert parse_reference(str(image)) == image
