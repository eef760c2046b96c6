use serde_json::Value;

use super::*;

const OURS: &str = "https://parom.example/hooks/whatsapp/1";

fn found(number: Value, apps: Value, is_vendors: bool) -> Watched {
    let known: Number = serde_json::from_value(json!({ "webhook_configuration": number })).unwrap();
    whereto(&known, &serde_json::from_value(json!({ "data": apps })).unwrap(), OURS, is_vendors)
}

fn settings(secrets: &[(&str, &str)]) -> Settings {
    let secrets = secrets.iter().map(|(name, secret)| ((*name).to_owned(), SecretString::from(*secret))).collect();
    Settings { public: json!({ "phone_number_id": "330022334455667", "waba_id": "220011223344556" }), secrets }
}

#[test]
fn the_most_particular_address_counts() {
    let app = || json!([{ "whatsapp_business_api_data": { "id": "1" } }]);
    let elsewhere = |host: &str| Watched::Elsewhere { host: host.to_owned() };
    assert_eq!(found(json!({}), json!([]), false), Watched::Unset, "no app is subscribed");
    assert_eq!(found(json!({}), app(), false), Watched::Unset);
    assert_eq!(found(json!({}), app(), true), Watched::Fine, "the vendor's address is the app's own");
    assert_eq!(found(json!({ "application": OURS }), app(), false), Watched::Fine, "people entered it at Meta");
    assert_eq!(
        found(json!({ "phone_number": OURS, "whatsapp_business_account": "https://b/2" }), app(), false),
        Watched::Fine
    );
    assert_eq!(found(json!({ "phone_number": "https://other.example/x" }), app(), false), elsewhere("other.example"));
    assert_eq!(
        found(json!({ "whatsapp_business_account": "https://other.example/x" }), app(), true),
        elsewhere("other.example")
    );
    let moved = json!({ "phone_number": "https://old.example/hooks/whatsapp/1" });
    assert_eq!(found(moved, app(), false), Watched::Unset, "the server moved");
    assert_eq!(found(json!({}), json!([{ "override_callback_uri": OURS }]), false), Watched::Fine);
    let two = json!([{ "override_callback_uri": "https://other.example/x" }, { "override_callback_uri": OURS }]);
    assert_eq!(found(json!({}), two, false), Watched::Fine, "each app gets a copy");
}

/// The documents' own vector: a body with escaped letters, and its signature.
#[test]
fn a_call_proves_itself_by_the_bytes_of_its_body() {
    let body = r#"{"object":"whatsapp_business_account","entry":[{"id":"220011223344556","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"77010009900","phone_number_id":"330022334455667"},"contacts":[{"profile":{"name":"\u041c\u0430\u0440\u0438\u044f"},"wa_id":"77010001122"}],"messages":[{"from":"77010001122","id":"wamid.TEST1","timestamp":"1795168800","type":"text","text":{"body":"\u0414\u0430"}}]},"field":"messages"}]}]}"#;
    const SIGNED: &str = "sha256=6307e30945f4083fa9595bedf20c1e6e8eb3e89ff8867d1dd3605a5eae97e725";
    let given = |settings: &Settings, vendors: Option<&str>, header: Option<&'static str>, body: &str| {
        let header = move |name: &str| header.filter(|_| name == "x-hub-signature-256").map(str::to_owned);
        let call = IncomingCall { header: &header, path_secret: "", body: body.as_bytes() };
        authenticate(settings, vendors.map(SecretString::from).as_ref(), &call)
    };
    let own = settings(&[(APP_SECRET, "test-app-secret")]);
    assert!(given(&own, None, Some(SIGNED), body));
    assert!(given(&own, Some("vendors"), Some(SIGNED), body), "the account's own app counts");
    assert!(given(&settings(&[]), Some("test-app-secret"), Some(SIGNED), body));
    assert!(!given(&own, None, Some(SIGNED), &body.replace("\\u0414", "Д")), "the same text in other bytes");
    for wrong in [None, Some(""), Some("sha256="), Some("sha256=63"), Some(&SIGNED[7..]), Some("sha1=6307")] {
        assert!(!given(&own, None, wrong, body), "{wrong:?}");
    }
    assert!(!given(&settings(&[]), None, Some(SIGNED), body), "without a secret no call is accepted");
    assert!(!given(&settings(&[(APP_SECRET, "")]), None, Some(SIGNED), body));
}

fn change(number: &str, id: &str) -> Value {
    json!({ "field": "messages", "value": { "metadata": { "phone_number_id": number }, "messages": [{ "id": id }] } })
}

#[test]
fn a_body_of_several_numbers_is_one_call_for_each() {
    let template = json!({ "field": "message_template_status_update", "value": { "event": "APPROVED" } });
    let body = json!({ "object": "whatsapp_business_account", "entry": [
        { "id": "7", "changes": [change("1", "a"), change("2", "b")] },
        { "id": "7", "time": 5, "changes": [change("1", "c"), template] },
        { "id": 8, "changes": "none" },
    ] });
    let calls = split(body.to_string().as_bytes()).unwrap();
    let lines: Vec<&str> = calls.iter().map(|call| call.line.as_str()).collect();
    assert_eq!(lines, ["1", "2", "waba:7"]);
    let first: Value = serde_json::from_slice(&calls[0].body).unwrap();
    let ids: Vec<&Value> = first["entry"]
        .as_array()
        .unwrap()
        .iter()
        .map(|entry| &entry["changes"][0]["value"]["messages"][0]["id"])
        .collect();
    assert_eq!(ids, ["a", "c"], "in order");
    assert_eq!((&first["object"], &first["entry"][1]["time"]), (&json!("whatsapp_business_account"), &json!(5)));
    assert_eq!(split(b"[]"), Err(NotReceived::Unreadable));
    assert_eq!(split(b"{}"), Ok(Vec::new()));
}
