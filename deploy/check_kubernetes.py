"""What deploy/check finds in kubernetes/: the chart's manifests fit each other, the configuration and the promises of docs/operations.md.
With `kubernetes-validate` installed (tests/run does that) they are also checked against the schemas of Kubernetes, and with
`helm-python-sdk` Helm itself judges the chart and has to render the same."""

import hashlib
import ipaddress
import json
import os
import re
import tomllib

import yaml

# The oldest and the newest version that the manifests are checked for.
VERSIONS = ("1.27", "1.34")
# Networks of examples (RFC 5737), in which nobody is.
EXAMPLE = [ipaddress.ip_network(one) for one in ("192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24")]
# As long as the units of systemd allow.
STOP = 75


# All that the templates use of Helm's language.
SLOT = re.compile(r'{{ (?:required "[^"]*" )?\.Values\.([\w.]+)(?: \| (toJson|sha256sum|default \.Chart\.AppVersion))? }}')


def filled(chart, values, template):
    def value(slot):
        found, (path, function) = values, slot.groups()
        for key in path.split("."):
            found = found[key]
        match function:
            case None:
                return str(found)
            case "toJson":
                return json.dumps(found)
            case "sha256sum":
                return hashlib.sha256(found.encode()).hexdigest()
        return str(found or chart["appVersion"])

    return SLOT.sub(value, template)


def by_kind(manifests):
    objects = [one for text in manifests for one in yaml.safe_load_all(text) if one]
    return {(one["kind"], one["metadata"]["name"]): one for one in objects}


def by_helm(folder, values, objects):
    try:
        import helm_python as helm
    except ImportError:
        return
    given = {"config": values["config"]}
    told = helm.lint(folder, given, strict=True)
    yield from (f"helm lint: {one['error']}" for one in told["messages"] if one["severity"] > 1)
    yield from (f"helm lint: {one}" for one in told["errors"])
    rendered = helm.Chart.load(folder).render(given, name="parom")
    if by_kind(rendered.values()) != objects:
        yield "Helm renders something else than this check"


def by_schema(objects):
    try:
        import kubernetes_validate
    except ImportError:
        if os.environ.get("PAROM_TEST_ALL"):
            yield "kubernetes-validate is missing: install tests/clients/python/requirements.txt"
        return
    for version in VERSIONS:
        for (kind, name), one in objects.items():
            if kind == "HTTPRoute":
                continue
            try:
                kubernetes_validate.validate(one, version, strict=True)
            except (kubernetes_validate.ValidationError, kubernetes_validate.SchemaNotFoundError) as error:
                yield f"{kind} {name} is wrong for {version}: {getattr(error, 'message', error)}"


def of_the_process(one, container, ports):
    """What keeps a process from harm, and others from its harm."""
    pod = one["spec"]["template"]["spec"]
    rights, own = pod.get("securityContext", {}), container.get("securityContext", {})
    yield rights.get("runAsNonRoot") is True and rights.get("runAsUser", 0) >= 10000, "the process runs as root"
    yield rights.get("fsGroup") == rights.get("runAsGroup"), "the process cannot write to its disk"
    yield rights.get("seccompProfile", {}).get("type") == "RuntimeDefault", "no seccomp profile"
    yield own.get("readOnlyRootFilesystem") is True, "the root can be written"
    yield own.get("allowPrivilegeEscalation") is False, "the process may gain rights"
    yield own.get("capabilities", {}).get("drop") == ["ALL"], "the process keeps capabilities"
    yield pod.get("automountServiceAccountToken") is False, "the process can call Kubernetes"
    yield pod.get("enableServiceLinks") is False, "names of services become variables that look like settings"
    yield container.get("resources", {}).get("limits", {}).get("memory"), "no limit of memory"

    probes = {name: container.get(f"{name}Probe", {}).get("httpGet", {}) for name in ("readiness", "startup", "liveness")}
    wanted = {"readiness": ("/readyz", 9090), "startup": ("/healthz", 9090), "liveness": ("/healthz", 9090)}
    for name, (path, port) in wanted.items():
        get = probes[name]
        yield get.get("path") == path and ports.get(get.get("port")) == port, f"the {name} probe does not ask {path} at {port}"
    # A process that is alive but cannot serve must not be killed: it holds hooks.
    yield probes["liveness"].get("path") != "/readyz", "a process that is not ready would be killed"

    pause = container.get("lifecycle", {}).get("preStop", {}).get("exec", {}).get("command", ["", "0"])
    yield pause[0] == "sleep" and int(pause[1]) >= 5, "the process stops before the service stops sending"
    grace = pod.get("terminationGracePeriodSeconds", 30)
    yield grace >= STOP + int(pause[1]), f"a stop may take {STOP} seconds after preStop, {grace} are allowed"


def of_the_set(one, container):
    spec = one["spec"]
    labels = spec["template"]["metadata"]["labels"]
    yield spec["selector"]["matchLabels"].items() <= labels.items(), "it does not select its own processes"
    yield spec.get("replicas", 1) >= 2, "a single process is gone while it is replaced"
    yield spec.get("updateStrategy", {}).get("type") == "RollingUpdate", "all processes would be replaced at once"
    disks = {claim["metadata"]["name"] for claim in spec.get("volumeClaimTemplates", [])}
    data = [mount["name"] for mount in container["volumeMounts"] if mount["mountPath"] == "/data"]
    yield data and set(data) <= disks, "/data is no persistent disk of the process's own"
    kept = spec.get("persistentVolumeClaimRetentionPolicy", {})
    yield set(kept.values()) <= {"Retain"}, "a disk with hooks would be deleted"
    volumes = disks | {volume["name"] for volume in spec["template"]["spec"].get("volumes", [])}
    yield {mount["name"] for mount in container["volumeMounts"]} == volumes, "volumes that are declared and mounted differ"


def of_the_others(objects, one, ports):
    labels = one["spec"]["template"]["metadata"]["labels"].items()
    for (kind, name), other in objects.items():
        if kind == "Service":
            yield other["spec"]["selector"].items() <= labels, f"the service {name} finds no process"
            yield {port["targetPort"] for port in other["spec"]["ports"]} <= ports.keys(), f"the service {name} asks for no port"
        if kind == "PodDisruptionBudget":
            yield other["spec"]["selector"]["matchLabels"].items() <= labels, f"the budget {name} finds no process"
            yield other["spec"].get("maxUnavailable") == 1, f"the budget {name} lets several processes go at once"
        if kind == "HTTPRoute":
            yield other["apiVersion"] == "gateway.networking.k8s.io/v1", "the route is of no stable Gateway API"
            for rule in other["spec"]["rules"]:
                yield rule.get("timeouts", {}).get("request") == "0s", "the route cuts event streams off"
                for to in rule["backendRefs"]:
                    opened = {port["port"] for port in objects["Service", to["name"]]["spec"]["ports"]}
                    yield to["port"] in opened, f"the route asks for no port of {to['name']}"
                    yield "http" in {port["name"] for port in objects["Service", to["name"]]["spec"]["ports"]}, "the route leads to the operators' port"
        if kind == "NetworkPolicy":
            yield other["spec"]["podSelector"]["matchLabels"].items() <= labels, f"the policy {name} finds no process"
            for rule in other["spec"]["ingress"]:
                yield rule.get("from"), f"the policy {name} lets everybody in"
                yield {port["port"] for port in rule.get("ports", [])} <= ports.keys(), f"the policy {name} opens no port of the processes"
    services = {name for kind, name in objects if kind == "Service"}
    yield one["spec"]["serviceName"] in services, "the processes' own service is missing"
    kinds = {kind for kind, _ in objects}
    yield {"PodDisruptionBudget", "HTTPRoute"} <= kinds, "a disruption budget or the route is missing"
    yield "NetworkPolicy" in kinds, "every pod of the cluster reaches the operators' port"


def of_the_configuration(folder, values, objects, pod, container, ports, has_key):
    settings = tomllib.loads((folder / "config.toml").read_text())
    secrets = re.findall(r"^#?(PAROM__\w+)=(.*)$", (folder / "secrets.env.example").read_text(), re.M)
    for section, keys in settings.items():
        for key in keys if isinstance(keys, dict) else []:
            yield isinstance(keys[key], dict) or has_key(section, key), f"config.toml: {section}.{key} is no key of the configuration"
    for name, value in secrets:
        yield not value or "PASSWORD" in value, f"secrets.env.example: {name} has a value"
    for word in ("client_secret", "\nsecret", "password", "\nkey ="):
        yield word not in (folder / "config.toml").read_text(), f"config.toml: {word.strip()} belongs into secrets.env"
    server = settings["server"]
    yield server["listen"] == f"0.0.0.0:{ports['http']}", "config.toml: the process does not listen at the port of the probes"
    yield server["ops_listen"] == f"0.0.0.0:{ports['operators']}", "config.toml: operators' port differs"
    networks = [ipaddress.ip_network(network) for network in server["trusted_proxies"]]
    yield all(network in EXAMPLE for network in networks), "config.toml: a network is trusted before its owner has named it"
    yield settings["spool"]["dir"].startswith("/data/"), "config.toml: the spool is on no persistent disk"
    media = settings.get("media", {})
    yield media.get("url", "").startswith("s3://"), "config.toml: processes have no common place for files"
    used = [one["secretRef"]["name"] for one in container.get("envFrom", [])]
    yield used == [values["secret"]], "the processes read no secret"
    maps = {name for kind, name in objects if kind == "ConfigMap"}
    mounted = {one["configMap"]["name"] for one in pod["volumes"] if "configMap" in one}
    yield mounted and mounted <= maps, "the processes' configuration is missing"
    yield values["host"] == server.get("public_url", "").removeprefix("https://"), "config.toml: public_url is not the host of the route"
    ignored = (folder / ".helmignore").read_text().split()
    yield {"secrets.env*", "config.toml"} <= set(ignored), ".helmignore: a packed chart would have secrets in it"


def wrong(folder, release, has_key):
    """What is wrong, one sentence each."""
    chart = yaml.safe_load((folder / "Chart.yaml").read_text())
    values = yaml.safe_load((folder / "values.yaml").read_text()) | {"config": (folder / "config.toml").read_text()}
    templates = [path.read_text() for path in sorted((folder / "templates").iterdir())]
    objects = by_kind(filled(chart, values, template) for template in templates)
    if chart["version"] != release or chart["appVersion"] != release:
        yield f"kubernetes: Chart.yaml: the release is {release}"
    yield from (f"kubernetes: {words}" for words in by_helm(folder, values, objects))
    yield from (f"kubernetes: {words}" for words in by_schema(objects))
    one = objects["StatefulSet", "parom"]
    pod = one["spec"]["template"]["spec"]
    container = pod["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    checks = [
        *of_the_process(one, container, ports),
        *of_the_set(one, container),
        *of_the_others(objects, one, ports),
        *of_the_configuration(folder, values, objects, pod, container, ports, has_key),
    ]
    yield from (f"kubernetes: {words}" for holds, words in checks if not holds)
