//! The published vectors: every documented and computed request and hook must pass, every altered one must fail.

use super::*;

fn vectors(kind: &str) -> Vec<serde_json::Value> {
    let text = include_str!("../../../../amocrm/tests/fixtures/signing_vectors.json");
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
        may_be_old: false,
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

/// A request signed with exactly this date.
fn refused_with_date(date: &str) -> Option<String> {
    let md5 = hex::encode(Md5::digest(b"{}"));
    let text = ["POST", &md5, "application/json", date, "/v2/origin/custom/x"].join("\n");
    let signature = hmac_sha1("secret", text.as_bytes()).expect("a key");
    let request = Signed {
        method: "POST",
        path: "/v2/origin/custom/x",
        date,
        content_type: "application/json",
        content_md5: &md5,
        signature: &signature,
        body: b"{}",
        may_be_old: false,
    };
    let now = DateTime::parse_from_rfc3339("2026-09-01T09:05:10Z").expect("a moment").to_utc();
    check(&request, "secret", now).err()
}

#[test]
fn dates_of_real_clients_are_read_and_others_are_not() {
    for date in [
        "Tue, 01 Sep 2026 09:05:07 +0000",
        "Tue, 01 Sep 2026 09:05:07 -0000",
        "Tue, 01 Sep 2026 09:05:07 GMT",
        "Tue, 1 Sep 2026 12:05:07 +0300",
    ] {
        assert_eq!(refused_with_date(date), None, "{date}");
    }
    for date in
        ["", "2026-09-01T09:05:07Z", "1788253507", "Wed, 01 Sep 2026 09:05:07 GMT", "Tue, 01 Sep 2026 08:50:00 GMT"]
    {
        assert!(refused_with_date(date).is_some_and(|reason| reason.starts_with("Date header")), "{date}");
    }
}

#[test]
fn checksums_and_signatures_are_compared_byte_for_byte() {
    let all = vectors("request_vectors");
    let vector = &all[1];
    let (secret, now) = (field(vector, "secret"), moment(vector));
    let (md5, signature) = (field(vector, "content_md5").to_uppercase(), field(vector, "signature").to_uppercase());
    assert!(check(&Signed { content_md5: &md5, ..signed(vector) }, secret, now).is_err());
    assert!(check(&Signed { signature: &signature, ..signed(vector) }, secret, now).is_err());
}
