//! The manifests for Kubernetes: `deploy/check` finds what would break a promise of docs/operations.md, "Kubernetes".

use parom_tests::needed::needed;

use super::{checked, edit};

#[tokio::test]
async fn a_manifest_that_breaks_a_promise_is_found() {
    let Some(python) = needed("PAROM_TEST_PYTHON") else { return };
    for (file, from, to, words) in [
        ("processes.yaml", "runAsUser: 10001", "runAsUser: 0", "the process runs as root"),
        ("processes.yaml", "fsGroup: 10001", "fsGroup: 1", "the process cannot write to its disk"),
        ("processes.yaml", "readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false", "the root can be written"),
        ("processes.yaml", "drop: [ALL]", "drop: []", "the process keeps capabilities"),
        ("processes.yaml", "enableServiceLinks: false", "enableServiceLinks: true", "look like settings"),
        ("processes.yaml", "path: /readyz", "path: /healthz", "the readiness probe does not ask /readyz at 9090"),
        ("processes.yaml", "terminationGracePeriodSeconds: 80", "terminationGracePeriodSeconds: 30", "30 are allowed"),
        ("processes.yaml", "[sleep, \"5\"]", "[sleep, \"0\"]", "before the service stops sending"),
        ("processes.yaml", "type: RollingUpdate", "type: OnDelete", "replaced at once"),
        ("processes.yaml", "mountPath: /data }", "mountPath: /tmp }", "/data is no persistent disk"),
        ("processes.yaml", "whenScaled: Retain", "whenScaled: Delete", "a disk with hooks would be deleted"),
        ("services.yaml", "name: parom }\n  ports", "name: other }\n  ports", "the service parom finds no process"),
        ("ingress.yaml", "port: { name: http }", "port: { name: https }", "the ingress asks for no port of parom"),
        ("disruption.yaml", "maxUnavailable: 1", "maxUnavailable: 2", "lets several processes go at once"),
        ("disruption.yaml", "maxUnavailable: 1", "maximum: 1", "PodDisruptionBudget parom is wrong for 1.27"),
        ("network.yaml", "port: operators", "port: 9091", "opens no port of the processes"),
        (
            "network.yaml",
            "kind: NetworkPolicy",
            "kind: ConfigMap",
            "every pod of the cluster reaches the operators' port",
        ),
        ("config.toml", "192.0.2.0/24", "10.0.0.0/8", "trusted before its owner has named it"),
        ("config.toml", "ops_listen = \"0.0.0.0:9090\"", "ops_listen = \"0.0.0.0:9091\"", "operators' port differs"),
        ("config.toml", "url = \"s3://parom-files\"", "dir = \"/data/media\"", "no common place for files"),
        ("config.toml", "dir = \"/data/spool\"", "dir = \"/tmp/spool\"", "the spool is on no persistent disk"),
        ("config.toml", "public_url", "public_address", "server.public_address is no key of the configuration"),
        ("config.toml", "client_id = ", "client_secret = ", "client_secret belongs into secrets.env"),
        ("secrets.env.example", "__CLIENT_SECRET=", "__CLIENT_SECRET=abc", "CLIENT_SECRET has a value"),
        ("kustomization.yaml", "name: parom-secrets", "name: secrets", "does not make the secrets"),
    ] {
        let (well, said) = checked(&python, |root| edit(&root.join("deploy/kubernetes").join(file), from, to)).await;
        assert!(!well && said.contains(words), "{file} {from}: {said}");
    }
}
