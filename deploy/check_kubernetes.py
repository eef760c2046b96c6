"""What deploy/check finds in kubernetes/: the manifests fit each other, the configuration and the promises of docs/operations.md. With
`kubernetes-validate` installed (tests/run does that) they are also checked against the schemas of Kubernetes."""

import ipaddress
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


def manifests(folder):
    """The objects by kind and name, in the order of kustomization.yaml."""
    listed = yaml.safe_load((folder / "kustomization.yaml").read_text())
    found = {}
    for name in listed["resources"]:
        for one in yaml.safe_load_all((folder / name).read_text()):
            found[one["kind"], one["metadata"]["name"]] = one
    return listed, found


def by_schema(objects):
    try:
        import kubernetes_validate
    except ImportError:
        if os.environ.get("PAROM_TEST_ALL"):
            yield "kubernetes-validate is missing: install tests/clients/python/requirements.txt"
        return
    for version in VERSIONS:
        for (kind, name), one in objects.items():
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
    wanted = {"readiness": ("/readyz", 9090), "startup": ("/healthz", 8080), "liveness": ("/healthz", 8080)}
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
        if kind == "Ingress":
            for rule in other["spec"]["rules"]:
                for path in rule["http"]["paths"]:
                    to = path["backend"]["service"]
                    named = {port["name"] for port in objects["Service", to["name"]]["spec"]["ports"]}
                    yield to["port"]["name"] in named, f"the ingress asks for no port of {to['name']}"
        if kind == "NetworkPolicy":
            yield other["spec"]["podSelector"]["matchLabels"].items() <= labels, f"the policy {name} finds no process"
            for rule in other["spec"]["ingress"]:
                yield rule.get("from"), f"the policy {name} lets everybody in"
                yield {port["port"] for port in rule.get("ports", [])} <= ports.keys(), f"the policy {name} opens no port of the processes"
    services = {name for kind, name in objects if kind == "Service"}
    yield one["spec"]["serviceName"] in services, "the processes' own service is missing"
    kinds = {kind for kind, _ in objects}
    yield {"PodDisruptionBudget", "Ingress"} <= kinds, "a disruption budget or the ingress is missing"
    yield "NetworkPolicy" in kinds, "every pod of the cluster reaches the operators' port"


def of_the_configuration(folder, listed, container, ports, has_key):
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
    generated = {one["name"] for kind in ("configMapGenerator", "secretGenerator") for one in listed[kind]}
    used = {one["secretRef"]["name"] for one in container.get("envFrom", [])}
    yield used <= generated, "kustomization.yaml does not make the secrets that the processes read"
    yield any(one["name"] == container["image"] for one in listed.get("images", [])), "kustomization.yaml names no image"


def wrong(folder, has_key):
    """What is wrong, one sentence each."""
    listed, objects = manifests(folder)
    yield from (f"kubernetes: {words}" for words in by_schema(objects))
    one = objects["StatefulSet", "parom"]
    container = one["spec"]["template"]["spec"]["containers"][0]
    ports = {port["name"]: port["containerPort"] for port in container["ports"]}
    checks = [
        *of_the_process(one, container, ports),
        *of_the_set(one, container),
        *of_the_others(objects, one, ports),
        *of_the_configuration(folder, listed, container, ports, has_key),
    ]
    yield from (f"kubernetes: {words}" for holds, words in checks if not holds)
