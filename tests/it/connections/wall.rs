//! No handler gets a body past the gate.

use crate::walls::read::{code, root, rust_files, short};

/// Where servers are made, and why each may.
const SERVERS: &[(&str, &str)] = &[
    ("server/src/server/http.rs", "the public one with the gate; the operators' one takes no bodies"),
    ("cli/src/demo/messenger.rs", "the demo's page of messengers and its own messenger, on this machine"),
];

/// actix passes bodies to handlers, and only the gate may replace them. So it suffices that there is one server, that
/// the gate precedes its routes, and that no other code sets a request's payload.
#[test]
fn h3_every_body_comes_through_the_gate() {
    let mut made = Vec::new();
    let folders = ["server/src", "cli/src"].map(|folder| rust_files(&root().join(folder)));
    for file in folders.into_iter().flatten() {
        let (code, name) = (code(&file), short(&file));
        if code.contains("HttpServer::new(") || code.contains("HttpService::") {
            made.push(name.clone());
        }
        let inside = name.contains("/load_shedding");
        let is_test = name.contains("/tests/") || name.ends_with("/tests.rs");
        for foreign in ["take_payload(", "set_payload("] {
            assert!(inside || is_test || !code.contains(foreign), "{name}: {foreign} goes round the gate");
        }
    }
    let known: Vec<&str> = SERVERS.iter().map(|(file, _)| *file).collect();
    made.retain(|file| !known.iter().any(|known| file.ends_with(known)));
    assert!(made.is_empty(), "servers that are not in this list: {made:?}");
    let server = code(&root().join("server/src/server/http.rs"));
    let gated = server.split("fn serve_ops").next().unwrap_or_default();
    let gate = gated.find(".wrap(from_fn(load_shedding::gate))").expect("the gate is registered before the routes");
    assert!(gate < gated.find(".configure(routes::public)").expect("the routes"));
    let operators = code(&root().join("server/src/routes.rs"));
    let operators =
        operators.split("pub fn operators").nth(1).unwrap_or_default().split('}').next().unwrap_or_default();
    assert!(!operators.contains("post()"), "the operators' server has no gate and takes no bodies");
}
