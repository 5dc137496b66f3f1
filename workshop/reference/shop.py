"""A small repository with findings, for the examples of what `scaffold check` gives to machines."""

from __future__ import annotations

from pathlib import Path

_FILES = {
    "deploy/web.yaml": """\
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
        - name: web
          image: registry.example.com/shop:latest
          ports:
            - {name: http, containerPort: 8080}
""",
    "deploy/service.yaml": """\
apiVersion: v1
kind: Service
metadata:
  name: shop
spec:
  selector: {app: shop}
  ports:
    - {port: 80, targetPort: web}
""",
}


def write_shop(folder: Path) -> None:
    """Write the repository into a folder."""
    for name, text in _FILES.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)
