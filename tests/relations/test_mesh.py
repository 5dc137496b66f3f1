"""In Istio's mesh: who is in it, and that its rules name the hosts that the service really asks, and the pods that it has."""

from __future__ import annotations

from urllib.parse import urlsplit

from tests.support.deployed import Deployed


def seconds(text: str) -> float:
    return float(text.removesuffix("ms")) / 1000 if text.endswith("ms") else float(text.removesuffix("s"))


def test_pods_say_whether_they_are_in_the_mesh(service: Deployed) -> None:
    native = service.answers["native_sidecars"]
    for name, pod in service.pods:
        serves = pod["metadata"]["labels"]["app.kubernetes.io/component"] == "serve"
        wanted = {"sidecar.istio.io/inject": "true" if native or serves else "false"} if service.meshed else {}
        labels = {key: value for key, value in pod["metadata"]["labels"].items() if "istio" in key}
        assert labels == wanted, f"{name}: a proxy that is no native sidecar would keep a job from ending"
        annotations = {key for key in pod["metadata"].get("annotations", {}) if "istio" in key}
        inside = wanted.get("sidecar.istio.io/inject") == "true"
        assert annotations == ({"sidecar.istio.io/nativeSidecar", "proxy.istio.io/config"} if inside else set())


def test_every_dependency_outside_the_pod_has_rules(service: Deployed) -> None:
    if service.answers["breaker"] != "istio":
        assert not service.all("VirtualService") + service.all("DestinationRule") + service.all("ServiceEntry")
        return
    asked = {
        each["name"]: (service.config[f"{each['name'].upper().replace('-', '_')}_URL"], each)
        for each in service.answers["dependencies"]
        if each["url"].startswith("http") and "localhost" not in each["url"]
    }
    prefix = f"{service.answers['name']}-"
    routes = {each["metadata"]["name"].removeprefix(prefix): each["spec"] for each in service.all("VirtualService")}
    bounds = {each["metadata"]["name"].removeprefix(prefix): each["spec"] for each in service.all("DestinationRule")}
    entries = {each["metadata"]["name"].removeprefix(prefix): each["spec"] for each in service.all("ServiceEntry")}
    assert set(routes) == set(bounds) == set(asked)
    for name, (url, dependency) in asked.items():
        assert url.startswith("http://"), "a proxy can't judge what it can't read"
        host = urlsplit(url).hostname
        named = entries[name]["addresses"] == [f"{host}/32"] if "addresses" in entries.get(name, {}) else False
        assert named or routes[name]["hosts"] == [host] == [bounds[name]["host"]]
        assert routes[name]["exportTo"] == bounds[name]["exportTo"] == ["."]
        own = [each for each in routes[name]["http"] if "match" in each]
        assert all(seconds(each["timeout"]) < dependency["timeout"] for each in own)
        assert ("tls" in bounds[name]["trafficPolicy"]) == dependency["url"].startswith("https://")
        if "tls" in bounds[name]["trafficPolicy"]:
            port = entries[name]["ports"][0]
            assert (port["number"], port["targetPort"]) == (80, urlsplit(dependency["url"]).port or 443)


def test_the_rules_hold_for_the_services_own_pods(service: Deployed) -> None:
    labels = service.one("Deployment")["spec"]["template"]["metadata"]["labels"]
    for each in service.all("Sidecar") + service.all("EnvoyFilter"):
        assert each["spec"]["workloadSelector"]["labels"].items() <= labels.items()
    for each in service.all("DestinationRule"):
        assert each["spec"]["workloadSelector"]["matchLabels"].items() <= labels.items()
    for each in service.all("VirtualService"):
        last = each["spec"]["http"][-1]
        assert set(last) == {"name", "route"}, "others of the namespace must find a route"
        for route in each["spec"]["http"][:-1]:
            assert all(match["sourceLabels"].items() <= labels.items() for match in route["match"])
