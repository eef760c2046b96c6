//! The published vectors: every documented and computed request and hook must pass, every changed one must not.

use super::*;

fn vectors(kind: &str) -> Vec<serde_json::Value> {
    let text = include_str!("../../tests/fixtures/signing_vectors.json");
    let all: serde_json::Value = serde_json::from_str(text).expect("the fixture is JSON");
    all[kind].as_array().expect("a list").clone()
}

fn field<'a>(vector: &'a serde_json::Value, name: &str) -> &'a str {
    vector[name].as_str().unwrap_or_default()
}

fn signed(vector: &serde_json::Value) -> Signed<'_> {
    Signed {
        method: field(vector, "method"),
        path: field(vector, "path"),
        date: field(vector, "date"),
        content_type: field(vector, "content_type"),
        content_md5: field(vector, "content_md5"),
        signature: field(vector, "signature"),
        body: field(vector, "body").as_bytes(),
    }
}

fn moment(vector: &serde_json::Value) -> DateTime<Utc> {
    DateTime::parse_from_rfc2822(field(vector, "date")).expect("a date").to_utc()
}

#[test]
fn every_published_request_passes() {
    let all = vectors("request_vectors");
    assert!(all.len() >= 12, "only {} vectors", all.len());
    for vector in &all {
        let answer = check(&signed(vector), field(vector, "secret"), moment(vector));
        assert_eq!(answer, Ok(()), "{}", field(vector, "name"));
    }
}

#[test]
fn every_published_hook_has_our_signature() {
    for vector in &vectors("webhook_vectors") {
        let made = sign_hook(field(vector, "secret"), field(vector, "body").as_bytes());
        assert_eq!(made, field(vector, "signature"), "{}", field(vector, "name"));
    }
}

#[test]
fn each_changed_part_is_refused() {
    let all = vectors("request_vectors");
    let vector = &all[1];
    let (secret, now) = (field(vector, "secret"), moment(vector));
    let refused = |request: Signed<'_>| check(&request, secret, now).is_err();
    assert!(refused(Signed { method: "DELETE", ..signed(vector) }));
    assert!(refused(Signed { path: "/v2/origin/custom/other", ..signed(vector) }));
    assert!(refused(Signed { content_type: "application/json; charset=utf-8", ..signed(vector) }));
    assert!(refused(Signed { body: b"{}", ..signed(vector) }));
    assert!(refused(Signed { content_md5: "", ..signed(vector) }));
    assert!(refused(Signed { signature: "", ..signed(vector) }));
    assert!(check(&signed(vector), "other secret", now).is_err());
    assert!(check(&signed(vector), secret, now + TimeDelta::minutes(16)).is_err());
    assert!(check(&signed(vector), secret, now - TimeDelta::minutes(16)).is_err());
    assert!(check(&signed(vector), secret, now + TimeDelta::minutes(14)).is_ok());
}

#[test]
fn the_revoke_hook_matches_the_published_vector() {
    assert_eq!(
        sign_revoke(
            "test_client_secret_do_not_use_0123456789abcdef",
            "11111111-2222-3333-4444-555555555555",
            12_345_678
        ),
        "658bb0758d9f54b9eac5838a66645af67a180e0a614bb6adee7b4eb4bff24092"
    );
}
