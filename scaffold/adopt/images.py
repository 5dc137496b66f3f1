"""Images that many services run beside their own: databases, brokers, proxies, and the ports that these listen on."""

from __future__ import annotations

import re

from scaffold.check.model.workloads import Container
from scaffold.kubernetes.references import written

PORTS = {
    "postgres": 5432, "postgresql": 5432, "postgis": 5432, "timescaledb": 5432, "pgbouncer": 5432,
    "mysql": 3306, "mariadb": 3306, "percona": 3306, "mongo": 27017, "mongodb": 27017,
    "redis": 6379, "valkey": 6379, "keydb": 6379, "dragonfly": 6379, "memcached": 11211,
    "rabbitmq": 5672, "activemq": 61616, "kafka": 9092, "redpanda": 9092, "nats": 4222, "zookeeper": 2181,
    "elasticsearch": 9200, "opensearch": 9200, "clickhouse-server": 9000, "cassandra": 9042, "etcd": 2379,
    "minio": 9000, "mailhog": 1025, "mailpit": 1025, "localstack": 4566, "vault": 8200,
}  # fmt: skip
"""The port of each product, by the last part of its image's name."""

_PROXIES = re.compile(
    r"nginx(?:-unprivileged)?|envoy|haproxy|traefik|oauth2-proxy|cloud[-_]sql[-_]proxy|gce-proxy|proxyv2|pgbouncer"
    r"|fluent-?bit|fluentd|vector|promtail|jaeger-agent|opentelemetry-collector(?:-contrib)?|[a-z-]+[-_]exporter"
)


def repository_of(container: Container) -> str:
    """Return the name of a container's image with its registry, without tag and digest; "" where it has no image."""
    return written((container.image.text() if container.image else None) or "").name


def is_known_product(image: str) -> bool:
    """Return whether an image, by the last part of its name, is one of these products and not a team's own."""
    return image in PORTS or _PROXIES.fullmatch(image) is not None
