"""What those settings mean that are not options, and so have no help."""

from __future__ import annotations

TYPES: dict[type, str] = {
    str: "text",
    int: "whole number",
    float: "number",
    bool: "true or false",
    list: "list",
    dict: "table",
}
"""The types of settings, as a reader of TOML names them."""

OF_CHECK = {
    "startup_seconds": "How long a service takes to start. The rules compare it with the probes. For services that the "
    "template did not make.",
    "shutdown_seconds": "How long a service takes to stop. The rules compare it with the grace period. For services "
    "that the template did not make.",
}

OF_USER = {
    "template": "Template for new services: a git URL, a folder or a bundle, perhaps with `@VERSION`.",
    "answers": "Table of defaults for new services; see [`[answers]`](#answers).",
}

OF_PROVE = {
    "name": "Name of the service. Default: the name of the folder.",
    "image": "Image to prove. Default: `prove` builds the Dockerfile of the folder.",
    "manifests": "File or folder of manifests, which has the ports, probes, limits and writable paths. Default: "
    "`deploy/base`.",
    "port": "Port that serves traffic.",
    "port_variable": "Environment variable that sets the port. `prove` uses it with `--network host`.",
    "admin_port": "Port of the probes, if it is not `port`.",
    "admin_port_variable": "Environment variable that sets the admin port.",
    "path": "Path that the load requests. Default: `/`.",
    "startup_path": "Path of the startup probe.",
    "readiness_path": "Path of the readiness probe.",
    "liveness_path": "Path of the liveness probe.",
    "args": "Arguments of the container. Default: those of the image.",
    "env": "Environment variables of the container.",
    "jobs": "Jobs of the image by name: a command, or a table of `command` and `deadline` in seconds.",
    "dependencies": "Dependencies by name: the variable that has the address, or a table of `variable`, `scheme` "
    "(`http`, `https` or `tcp`), `critical`, `url` and `timeout`.",
    "writable": 'Paths that the service may write to, with a size such as `"64Mi"`.',
    "startup_seconds": "Time that a start may take.",
    "shutdown_seconds": "Time that a stop may take.",
    "memory_limit": 'Memory limit, such as `"256Mi"`.',
    "cpu_limit": 'CPU limit, such as `"500m"`.',
    "configurations": "Two tables of environment variables. The service must work with both.",
    "wrong": "Environment variables that the service must reject.",
    "breaker": "Name of the circuit breaker that guards the dependencies.",
    "limit_requests_per_second": "Rate that one pod accepts. Above it, callers must get the status 429.",
    "limit_burst": "Requests above the rate that one pod accepts at once.",
    "rate": "Requests a second of the load. Default: 50.",
}
