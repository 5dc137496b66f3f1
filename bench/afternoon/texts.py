"""What the newcomer writes by hand."""

from __future__ import annotations

ROUTE = """\
class Order(BaseModel):
    item: str
    count: int


@router.post("/orders", status_code=201)
async def create_order(order: Order) -> Order:
    return order


"""

ROUTE_TEST = """\
from .conftest import Call


async def test_an_order_is_taken(call: Call) -> None:
    answer = await call().post("/orders", json={"item": "book", "count": 2})
    assert (answer.status_code, answer.json()) == (201, {"item": "book", "count": 2})


async def test_a_wrong_order_is_refused(call: Call) -> None:
    answer = await call().post("/orders", json={"item": "book"})
    assert answer.status_code == 422
    assert answer.headers["content-type"] == "application/problem+json"
"""

DATABASE = '''\
"""db, critical: a request fails without it."""

import psycopg

from app.clients.tcp import TcpDependency
from app.config import Settings


class DbClient(TcpDependency):
    """The orders in PostgreSQL."""

    def __init__(self, settings: Settings) -> None:
        super().__init__(
            "db",
            critical=True,
            address=settings.db_url,
            timeout=settings.db_timeout_seconds,
        )
        host, _, port = settings.db_url.rpartition(":")
        self.conninfo = f"host={host} port={port} dbname=orders"

    async def create_tables(self) -> None:
        await self.bounded(self._execute(b"CREATE TABLE IF NOT EXISTS orders (item text)"))

    async def _execute(self, sql: bytes) -> None:
        async with await psycopg.AsyncConnection.connect(self.conninfo) as connection:
            await connection.execute(sql)
'''

MIGRATION = '''\
"""migrate: one run is `python -m app migrate`, with the arguments that follow."""

from app.clients.db_client import DbClient
from app.clients.dependency import Dependency


async def run(arguments: list[str], clients: list[Dependency]) -> None:
    """Brings the tables up to date; safe to repeat."""
    for client in clients:
        if isinstance(client, DbClient):
            await client.create_tables()
'''

MIGRATION_TEST = """\
import pytest

from app.clients.db_client import DbClient
from app.clients.dependency import DependencyError
from app.config import Settings
from app.jobs import migrate_job


async def test_it_fails_without_the_database(unused_port: int) -> None:
    settings = Settings.model_validate({"db_url": f"127.0.0.1:{unused_port}"})
    with pytest.raises(DependencyError):
        await migrate_job.run([], [DbClient(settings)])
"""

SECRET = """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: orders
spec:
  template:
    spec:
      containers:
        - name: orders
          env:
            - name: DB_PASSWORD
              valueFrom:
                secretKeyRef:
                  name: orders
                  key: db-password
"""

INGRESS = """\
apiVersion: networking.k8s.io/v1
kind: Ingress
metadata:
  name: orders
spec:
  rules:
    - host: orders.example.com
      http:
        paths:
          - path: /
            pathType: Prefix
            backend:
              service:
                name: orders
                port:
                  name: http
"""

FLASK = {
    "app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
    "requirements.txt": "flask\n",
    "Dockerfile": "FROM python:3.12\nCOPY . .\nRUN pip install -r requirements.txt\nCMD flask run --host 0.0.0.0\n",
    "k8s/deployment.yaml": """\
apiVersion: apps/v1
kind: Deployment
metadata:
  name: shop
spec:
  replicas: 1
  selector:
    matchLabels: {app: shop}
  template:
    metadata:
      labels: {app: shop}
    spec:
      containers:
        - name: shop
          image: shop:latest
          ports:
            - containerPort: 5000
          livenessProbe:
            httpGet: {path: /, port: 8080}
""",
    "k8s/service.yaml": """\
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: shop}
  ports:
    - port: 80
      targetPort: 5001
""",
}
