//! What the examples of amoCRM's own SDK for PHP (1.16.0) ask for, recorded as they ran unmodified against the local amoCRM:
//! `tests/clients/README.md` says how. Rows without an example are the account of the examples' author, as far as they
//! name it, and calls that come after the line where an example stops.

use serde_json::{Value, json};

use crate::crm::archive::zip_of_settings;
use crate::crm::caller::{CLIENT_SECRET, HOST, REDIRECT, World, read, text};

const EXAMPLES: &str = include_str!("../sdk_examples.tsv");

/// The row that an answer is about: itself, or its first one.
fn row(answer: &Value) -> &Value {
    let whole = answer.get(0).unwrap_or(answer);
    let mut lists = whole["_embedded"].as_object().into_iter().flatten().filter_map(|(_, list)| list.get(0));
    let is_one = ["id", "uid", "uuid"].iter().any(|key| whole.get(key).is_some());
    lists.next().filter(|_| !is_one).unwrap_or(whole)
}

#[tokio::test]
async fn every_call_of_every_example_of_amocrms_own_sdk_is_answered() {
    let world = World::connected().await;
    let widget = [("login", "text"), ("password", "pass"), ("phones", "users"), ("script_path", "text")];
    world.sandbox.set_widget("main", "amo_asterisk", &zip_of_settings(&widget)).unwrap();
    let redirect: String = url::form_urlencoded::byte_serialize(REDIRECT.as_bytes()).collect();
    let mut known = vec![
        ("code".to_owned(), world.sandbox.issue_code(HOST, "main")),
        ("secret".to_owned(), CLIENT_SECRET.to_owned()),
        ("redirect".to_owned(), redirect),
    ];
    for name in ["chat", "chat2"] {
        let body = json!({"conversation_id": name, "user": {"id": name, "name": "Maria"}});
        let (_, chat) = world.signed("POST", &format!("{}/chats", world.scope), Some(body)).await;
        known.push((name.to_owned(), chat["id"].as_str().unwrap().to_owned()));
    }
    world.message(text("m-1", "Hello")).await;
    let token = world.access().await;
    for line in EXAMPLES.lines().skip(1) {
        let cells: Vec<&str> = line.split('\t').collect();
        let [example, method, path, headers, body, status, place, wanted, fields, keeps] = cells[..] else {
            panic!("{line}")
        };
        let fill = |text: &str| {
            known.iter().fold(text.to_owned(), |text, (name, value)| text.replace(&format!("{{{name}}}"), value))
        };
        let (path, body, wanted) = (fill(path), fill(body), fill(wanted));
        let path = url::Url::parse(&path).map_or(path.clone(), |url| url.path().to_owned());
        let kind =
            if body.starts_with("client_id=") { "application/x-www-form-urlencoded" } else { "application/json" };
        let url = format!("{}{path}", world.sandbox.url());
        let mut asked = world.client.request(method.parse().unwrap(), url).bearer_auth(&token);
        asked = asked.header("Content-Type", kind).body(body);
        if !headers.contains("Host=") {
            asked = asked.header("Host", HOST);
        }
        for (name, value) in headers.split(' ').filter_map(|header| header.split_once('=')) {
            asked = asked.header(name, fill(value));
        }
        let (seen, answer) = read(asked).await;
        assert_eq!(seen.to_string(), status, "{example}: {method} {path}: {answer}");
        if !wanted.is_empty() {
            let wanted: Value = serde_json::from_str(&wanted).unwrap();
            assert_eq!(answer.pointer(place), Some(&wanted), "{example}: {method} {path}: {answer}");
        }
        // The SDK reads fields without asking whether they are there.
        let has = |field: &&str| row(&answer).pointer(&format!("/{}", field.replace('.', "/"))).is_some();
        let lacks: Vec<&str> = fields.split_whitespace().filter(|field| !has(field)).collect();
        assert!(lacks.is_empty(), "{example}: {method} {path} lacks {lacks:?}: {answer}");
        for (name, place) in keeps.split(' ').filter_map(|keep| keep.split_once('=')) {
            let value = answer.pointer(place).unwrap_or_else(|| panic!("{example}: {method} {path}: {answer}"));
            known.push((name.to_owned(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)));
        }
    }
}
