//! A client generated from `docs/openapi.json` by a third-party generator, against a whole server.

use std::path::Path;

use parom_tests::{World, once};
use serde_json::json;

use super::{Client, folder, installed};

/// P3, P6, P7: uploads in both forms, contents by their types, lists of named items.
async fn a_generated_client_uploads_sends_and_reads(world: &mut World) {
    let Some(python) = installed("PAROM_TEST_PYTHON") else {
        return;
    };
    let line = world.line("support").await;
    let document = Path::new(env!("CARGO_MANIFEST_DIR")).join("../docs/openapi.json");
    let (base, key) = (world.api.base(), world.api.key().to_owned());
    let (tenant, source) = (line.tenant_id.to_string(), line.source_id.to_string());
    let given = [
        ("document", document.to_str().unwrap()),
        ("base", &base),
        ("key", &key),
        ("tenant", &tenant),
        ("source", &source),
    ];
    let mut client = Client::start(&python, &folder("python"), "generated.py", &given);
    let seen = client.line().await;
    client.ends_well().await;

    assert_eq!(seen["sources"], json!([["Line support", "SourceOut"]]), "{seen}");
    for form in ["plain", "form"] {
        assert_eq!(seen["uploads"][form]["mime_type"], json!("application/pdf"), "{seen}");
        assert_eq!(seen["uploads"][form]["size"], seen["size"], "{seen}");
    }
    assert_eq!(seen["sent"], json!([202, 200, 202, 202]), "a text, the same again, a file, a place: {seen}");
    assert_eq!(seen["refused"], json!({"status": 422, "pointer": "/content/text"}), "{seen}");
    world.deliver_all().await;
    let messages = world.sandbox.messages(&line.host);
    let kinds: Vec<&str> = messages.iter().map(|one| one.kind.as_str()).collect();
    assert_eq!(kinds, ["text", "file", "location"]);
    assert_eq!(messages[1].payload["message"]["file_name"], json!("offer.pdf"));
}

once!(a_generated_client_uploads_sends_and_reads);
