"""What Prometheus is told to look for is there: the ports in the pods, the names in the rules."""

from __future__ import annotations

import re

from tests.support.deployed import Deployed, containers_of, matches, read_yaml


def ports_with_metrics(service: Deployed) -> set[str]:
    """Return the names of the ports that show metrics: the service's own and those of its sidecars."""
    pod = service.one("Deployment")["spec"]["template"]
    names = {each["name"] for container in containers_of(pod).values() for each in container.get("ports", [])}
    return {name for name in names if name == "admin" or name.endswith("-health")}


def test_every_port_with_metrics_is_asked(service: Deployed) -> None:
    labels = service.one("Deployment")["spec"]["template"]["metadata"]["labels"]
    if service.answers["prometheus"] == "operator":
        spec = service.one("PodMonitor")["spec"]
        assert matches(spec["selector"], labels) and labels[spec["jobLabel"]] == service.answers["name"]
        asked = {each["port"] for each in spec["podMetricsEndpoints"]}
    else:
        (config,) = read_yaml(service.example / "deploy/monitoring/scrape.yaml")
        (job,) = config["scrape_configs"]
        assert job["job_name"] == service.answers["name"]
        pods, ports = job["relabel_configs"][:2]
        keys = ("app.kubernetes.io/name", "app.kubernetes.io/component")
        assert pods["regex"] == ";".join(labels[key] for key in keys)
        (space,) = {each["metadata"]["namespace"] for each in service.objects}
        assert space in job["kubernetes_sd_configs"][0]["namespaces"]["names"]
        asked = set(ports["regex"].split("|"))
    assert asked == ports_with_metrics(service)


def test_the_operator_selects_them_and_gets_in(service: Deployed) -> None:
    if service.answers["prometheus"] == "operator":
        wanted = {each["name"]: each["value"] for each in service.answers["prometheus_labels"]}
        for kind in ("PodMonitor", "PrometheusRule"):
            labels = service.one(kind)["metadata"]["labels"]
            assert labels["app.kubernetes.io/name"] == service.answers["name"]
            assert wanted and wanted.items() <= labels.items()
    *_, monitoring = service.policies[f"{service.answers['name']}-serve"]["ingress"]
    assert monitoring["ports"][0]["port"] == service.answers["admin_port"]
    (source,) = monitoring["from"]
    assert source == {
        "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": service.answers["monitoring_namespace"]}}
    }


def test_the_rules_name_what_is_there(service: Deployed) -> None:
    plain = service.example / "deploy/monitoring/rules.yaml"
    groups = read_yaml(plain)[0]["groups"] if plain.exists() else service.one("PrometheusRule")["spec"]["groups"]
    rules = [rule for group in groups for rule in group["rules"]]
    text = "\n".join(rule["expr"] for rule in rules)
    assert set(re.findall(r'[{ ]job="([^"]+)"', text)) == {service.answers["name"]}
    for job in service.answers["jobs"]:
        assert re.search(rf'[|"]{service.answers["name"]}-{job["name"]}(-\[0-9\]\+)?[|"]', text)
    for pattern in re.findall(r'container=~"([^"]+)"', text):
        assert set(pattern.split("|")) <= set(service.serving)
    assert ("BreakerOpen" in str(groups)) == (service.answers["breaker"] != "none")
    assert ("LimitHit" in str(groups)) == (service.answers["limiter"] != "none")
    runbook = (service.example / "RUNBOOK.md").read_text()
    alerts = {rule["alert"]: rule for rule in rules if "alert" in rule}
    assert set(re.findall(r"^## (\w+)$", runbook, re.MULTILINE)) == set(alerts)
    assert set(re.findall(r"\]\(#(\w+)\)", runbook)) <= {name.lower() for name in alerts}
    for name, rule in alerts.items():
        address, _, section = rule["annotations"]["runbook_url"].partition("#")
        folder = service.answers["folder"]
        assert address.startswith(f"https://{service.answers['repository']}/")
        assert address.endswith(f"/blob/main/{folder}/RUNBOOK.md" if folder else "/blob/main/RUNBOOK.md")
        assert section == name.lower()
    for pattern in re.findall(r'namespace=~?"([^"]+)"', text):
        assert all(re.fullmatch(pattern, each["metadata"]["namespace"]) for each in service.objects)
