"""What an image holds, how its process starts, and how it is named (P01, P02, P07)."""

from __future__ import annotations

from tests.check.mutations.mutation import (
    DEPLOYMENT,
    DOCKERFILE,
    GO,
    JOB,
    PRODUCTION,
    Mutation,
)

IMAGES = (
    Mutation("P01-compiler-in-image", DOCKERFILE, r"(?m)^USER", "RUN apt-get install -y gcc\nUSER"),
    Mutation("P01-compiler-in-image", DOCKERFILE, r"(?m)^USER", "RUN apk add --no-cache build-base\nUSER"),
    Mutation("P01-build-base", DOCKERFILE, "RUNTIME_IMAGE=python:.*", "RUNTIME_IMAGE=python:3.13.7-trixie"),
    Mutation("P01-build-base", DOCKERFILE, r"FROM \$\{RUNTIME_IMAGE\}", "FROM golang:1.26.8-trixie", GO),
    Mutation(
        "P01-build-base",
        DOCKERFILE,
        "RUNTIME_IMAGE=eclipse-temurin:(.*)jre",
        r"RUNTIME_IMAGE=eclipse-temurin:\1jdk",
        "everything-java",
    ),
    Mutation("P01-copies-everything", DOCKERFILE, "COPY --from=build /app /app", "COPY . /app"),
    Mutation("P02-shell-form", DOCKERFILE, r"ENTRYPOINT .*", "ENTRYPOINT python -m app"),
    Mutation("P02-shell-form", DOCKERFILE, r"ENTRYPOINT .*\nCMD .*", "CMD python -m app serve"),
    Mutation(
        "P02-shell-form-unsure",
        DOCKERFILE,
        r"ENTRYPOINT .*\nCMD .*",
        'SHELL ["/bin/bash", "-c"]\nCMD cd /app && python -m app serve',
    ),
    Mutation("P02-no-init", DOCKERFILE, r'"dumb-init", "--", ', ""),
    Mutation(
        "P02-init-bypassed", DEPLOYMENT, r"          args: \[serve\]", "          command: [python, -m, app, serve]"
    ),
    Mutation(
        "P02-shell-wrapper", DEPLOYMENT, r"args: \[serve\]", 'command: [sh, -c, "cd /app && python -m app serve"]'
    ),
    Mutation(
        "P02-shell-wrapper",
        DEPLOYMENT,
        r"args: \[serve\]",
        'command: [sh, -c, "while true; do python -m app serve; sleep 1; done"]',
    ),
    Mutation(
        "P02-shell-wrapper-unsure",
        DEPLOYMENT,
        r"args: \[serve\]",
        'command: [bash, -c, "cd /app && python -m app serve"]',
    ),
    Mutation(
        "P02-shell-wrapper-in-image",
        DOCKERFILE,
        r"(?m)^ENTRYPOINT .*\n",
        'ENTRYPOINT ["/bin/sh", "-c", "prepare && serve"]\n',
    ),
    Mutation("P07-latest-image", PRODUCTION, r'newTag: "0.1.0"', "newTag: latest"),
    Mutation("P07-latest-image", DEPLOYMENT, "envoyproxy/envoy:v1.40.0", "envoyproxy/envoy"),
    Mutation("P07-latest-base", DOCKERFILE, "RUNTIME_IMAGE=python:.*", "RUNTIME_IMAGE=python"),
    Mutation("P07-latest-base", DOCKERFILE, "BUILD_IMAGE=golang:.*", "BUILD_IMAGE=golang:latest", GO),
    Mutation("P07-image-differs", JOB, "envoyproxy/envoy:v1.40.0", "envoyproxy/envoy:v1.39.0"),
    Mutation("P07-pull-policy", DEPLOYMENT, "imagePullPolicy: IfNotPresent", "imagePullPolicy: Always"),
)
