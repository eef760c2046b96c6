use serde_json::{Value, json};

use super::*;
use crate::fake::Answer;
use crate::whatsapp::fake;

/// Must never appear in output.
const TOKEN: &str = "EAAB-CANARY-canary";

fn token() -> SecretString {
    SecretString::from(TOKEN)
}

fn api(base: &Url) -> GraphApi {
    GraphApi::new(&crate::fake::http(), base)
}

const PATH: Path<'_> = Path(&["330", "messages"], &[]);

async fn call(answer: Answer) -> Result<Value, ApiError> {
    let fake = fake::start([answer]).await;
    api(&fake.base).post(&token(), PATH, &json!({})).await
}

#[tokio::test]
async fn a_call_has_the_version_and_the_token_in_a_header() {
    let fake = fake::start([]).await;
    let api = api(&fake.base);
    let _: Value = api.post(&token(), PATH, &json!({ "type": "text" })).await.unwrap();
    let _: Value = api.get(&token(), Path(&["12"], &[("fields", "a,b"), ("q", "x&y")])).await.unwrap();
    let _: Value = api.delete(&token(), Path(&["../12", "a b"], &[])).await.unwrap();
    let calls = fake.calls();
    let told: Vec<_> = calls.iter().map(|call| (call.method.as_str(), call.path.as_str())).collect();
    assert_eq!(told, [("POST", "330/messages"), ("GET", "12?fields=a%2Cb&q=x%26y"), ("DELETE", "..%2F12/a%20b")]);
    assert!(calls.iter().all(|call| call.authorization == Some(format!("Bearer {TOKEN}"))));
    assert_eq!(calls[0].body(), json!({ "type": "text" }));
    assert_eq!(api.address(PATH).unwrap().path(), format!("/{VERSION}/330/messages"));
    for never in ["", "..", "."] {
        let failed = api.get::<Value>(&token(), Path(&[never, "messages"], &[])).await.unwrap_err();
        assert_eq!(failed.refusal().unwrap().status, 0, "an id never leads elsewhere");
    }
    assert_eq!(fake.calls().len(), 3);
}

#[tokio::test]
async fn the_bytes_of_a_sample_go_to_their_session() {
    let fake = fake::start([]).await;
    let api = api(&fake.base);
    let _: Value = api.upload_bytes(&token(), "upload:MTph?sig=ARZ", Bytes::from_static(b"abc")).await.unwrap();
    let call = fake.call();
    assert_eq!((call.path.as_str(), call.bytes.as_slice()), ("upload:MTph?sig=ARZ", &b"abc"[..]));
    assert_eq!(call.authorization, Some(format!("OAuth {TOKEN}")));
    for wrong in ["me/accounts", "upload:../me", ""] {
        assert!(api.upload_bytes::<Value>(&token(), wrong, Bytes::new()).await.is_err(), "{wrong}");
    }
    assert_eq!(fake.calls().len(), 1);
}

#[test]
fn the_token_goes_to_meta_alone() {
    let own = api(&Url::parse("https://graph.facebook.com").unwrap());
    let with_token = |api: &GraphApi, address: &str| api.file_request(address).map(|request| request.with_token);
    for metas in [
        "https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1",
        "https://graph.facebook.com/x",
        "https://mmg.whatsapp.net/a",
    ] {
        assert_eq!(with_token(&own, metas), Some(true), "{metas}");
    }
    for other in ["https://evilfbsbx.com/x", "https://fbsbx.com.evil.example/x", "https://files.example/"] {
        assert_eq!(with_token(&own, other), Some(false), "{other}");
    }
    for never in ["http://lookaside.fbsbx.com/x", "https://127.0.0.1/x", "https://10.1.2.3/x", "file:///etc/passwd", ""]
    {
        assert_eq!(with_token(&own, never), None, "{never}");
    }
    let local = api(&Url::parse("http://127.0.0.1:9100").unwrap());
    assert_eq!(with_token(&local, "http://127.0.0.1:9200/media/1"), Some(true), "a server in Meta's place");
    assert_eq!(with_token(&local, "https://files.example/media/1"), Some(true), "and the hosts that it names");
    assert_eq!(with_token(&local, "http://127.0.0.2:9100/media/1"), None, "private, and not listed");
}

#[tokio::test]
async fn a_refusal_of_any_form_is_read() {
    let said = |code: Value, data: Value| json!({ "error": { "code": code, "message": "Refused", "error_data": data, "error_subcode": null } });
    let management = json!({ "error": { "code": 100, "error_subcode": 2_388_293, "message": "Invalid parameter", "error_user_msg": "Too many variables" } });
    for (answer, expected) in [
        (Answer::Json(400, said(json!("131047"), json!(null))), (131_047, "Refused")),
        (Answer::Json(400, said(json!(131_026), json!("Not on WhatsApp"))), (131_026, "Refused: Not on WhatsApp")),
        (Answer::Json(400, said(json!(131_026), json!({ "details": "No" }))), (131_026, "Refused: No")),
        // The status is no guide.
        (Answer::Json(200, said(json!("190"), json!([]))), (190, "Refused")),
        (Answer::Json(404, said(json!(null), json!(null))), (404, "Refused")),
        (Answer::Json(400, management), (2_388_293, "Invalid parameter: Too many variables")),
        (Answer::Json(400, json!({ "error": "Refused" })), (400, "")),
        (Answer::Json(400, json!({ "error": {} })), (400, "")),
        (Answer::Json(500, json!([1])), (500, "")),
        (Answer::Text(502, "<html>Bad Gateway</html>"), (502, "")),
    ] {
        let failed = call(answer.clone()).await.unwrap_err();
        let refusal = failed.refusal().unwrap();
        assert_eq!((refusal.code, refusal.text.as_str()), expected, "{answer:?}");
    }
    for success in [json!({ "error": null, "success": true }), json!({ "error": {}, "id": "1" })] {
        assert_eq!(call(fake::ok(success.clone())).await, Ok(success));
    }
}

#[tokio::test]
async fn no_error_contains_the_token() {
    let mut failures = Vec::new();
    for base in ["http://127.0.0.1:1/", "http://no-such-host.invalid/"] {
        let api = api(&Url::parse(base).unwrap());
        failures.push(format!("{:?}", api.post::<Value>(&token(), PATH, &json!({})).await));
    }
    let told = format!("Malformed access token {TOKEN}");
    for answer in [Answer::Reset, Answer::Deaf, Answer::Text(200, "x"), fake::refused(190, &told)] {
        failures.push(format!("{:?}", call(answer).await));
    }
    for failure in failures {
        assert!(!failure.contains("CANARY"), "{failure}");
    }
}

#[test]
fn a_conversation_says_how_to_address_it() {
    for (id, address) in [
        ("77010001122", json!({ "recipient_type": "individual", "to": "77010001122" })),
        ("KZ.1234567890123456789", json!({ "recipient_type": "individual", "recipient": "KZ.1234567890123456789" })),
        ("KZ.ENT.998877", json!({ "recipient_type": "individual", "recipient": "KZ.ENT.998877" })),
        ("Y2FwaV9ncm91cDo3Nw==", json!({ "recipient_type": "group", "to": "Y2FwaV9ncm91cDo3Nw==" })),
    ] {
        let parsed = Address::parse(id).unwrap();
        assert_eq!((Value::Object(parsed.fields()), parsed.id()), (address, id));
    }
    assert_eq!(Address::parse(" "), None);
    for group in ["K.123", "KZ.", "kz.123", "KZ.12-3"] {
        assert!(matches!(Address::parse(group), Some(Address::Group(_))), "{group}");
    }
}
