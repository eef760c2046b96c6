use proptest::prelude::*;
use reqwest::multipart::{Form, Part};
use reqwest::{Client, RequestBuilder};
use serde_json::{Map, Value, json};

use super::*;
use crate::config::NetworkConfig;
use crate::http_client::HttpClients;

fn client() -> Client {
    static CLIENTS: std::sync::LazyLock<HttpClients> =
        std::sync::LazyLock::new(|| HttpClients::new(&NetworkConfig::default()).unwrap());
    CLIENTS.trusted().clone()
}

/// What is kept of a request.
fn masked(request: RequestBuilder) -> String {
    SentRequest::of(&request.build().unwrap(), true).masked()
}

fn posted(body: &Value) -> String {
    masked(client().post("https://api.example/send").json(body))
}

#[test]
fn a_message_is_kept_without_what_it_says() {
    let address = "https://api.telegram.org/bot123456789:AAHfiqksKZ8WmR2zSjiQ7-v4TMAKdiHm9T0/sendMessage";
    let body = json!({
        "chat_id": 515_151_515, "text": "Добрый день", "parse_mode": "HTML", "protect_content": false,
        "reply_parameters": {"message_id": 12, "quote": "x"},
        "reply_markup": {"inline_keyboard": [[{"text": "Yes", "url": "https://shop.example/?user=1"}]]},
    });
    let wanted = r#"POST https://api.telegram.org/(48 characters)/sendMessage
{
  "chat_id": 515151515,
  "parse_mode": "HTML",
  "protect_content": false,
  "reply_markup": {
    "inline_keyboard": [
      [
        {
          "text": "(3 characters)",
          "url": "(28 characters)"
        }
      ]
    ]
  },
  "reply_parameters": {
    "message_id": 12,
    "quote": "(1 character)"
  },
  "text": "(11 characters)"
}"#;
    assert_eq!(masked(client().post(address).bearer_auth("header-secret").json(&body)), wanted);
}

#[test]
fn fields_of_the_protocol_are_kept_if_they_look_so() {
    let id = "0198c0de-0000-7000-8000-000000000001";
    let body = json!({"type": "message.created", "timestamp": "2026-11-25T10:00:00.000Z", "id": id, "msgid": "+79991234567",
        "source_id": "ivan@example.com", "status": "He said hello", "language": "pt_BR", "latitude": 55.75, "79991234567": true});
    let wanted = json!({"type": "message.created", "timestamp": "2026-11-25T10:00:00.000Z", "id": id, "msgid": "(12 characters)",
        "source_id": "(16 characters)", "status": "(13 characters)", "language": "pt_BR", "latitude": "(a number)",
        "(11 characters)": true});
    let text = posted(&body);
    let (_, kept) = text.split_once('\n').unwrap();
    assert_eq!(serde_json::from_str::<Value>(kept).unwrap(), wanted);
}

#[test]
fn a_path_keeps_its_words_and_a_query_its_names() {
    let kept = [
        ("v2/origin/custom/0198c0de-0000-7000_44/chats", "v2/origin/custom/(21 characters)/chats"),
        ("v23.0/106540352242922/messages", "v23.0/(15 characters)/messages"),
        ("method/photos.getMessagesUploadServer", "method/photos.getMessagesUploadServer"),
        (
            "bot/editMessageReplyMarkup?access_token=abc&fields=id,name",
            "bot/editMessageReplyMarkup?access_token=(3 characters)&fields=(7 characters)",
        ),
        ("hooks/qwertyuiopasdfghjklzxcvbnm", "hooks/(26 characters)"),
        ("hooks/aBCdEfGh", "hooks/(8 characters)"),
        ("files/Passport%20of%20Ivan.pdf?sig=1#x", "files/(24 characters)?sig=(1 character)"),
        ("", ""),
    ];
    for (path, wanted) in kept {
        assert_eq!(
            masked(client().get(format!("https://a.example:8443/{path}"))),
            format!("GET https://a.example:8443/{wanted}")
        );
    }
    let secret = client().post("https://user:pass@own.example/parom/hook?key=1").build().unwrap();
    assert_eq!(SentRequest::of(&secret, false).masked(), "POST https://own.example/(10 characters)");
}

#[test]
fn of_forms_and_files_only_what_is_safe_is_kept() {
    let form = "access_token=vk1.a.secret&v=5.199&peer_id=-12&message=%D0%94%D0%B0&random_id=77&%2B7999=x";
    let form = client().post("https://api.vk.com/method/messages.send").body(form);
    let wanted = "POST https://api.vk.com/method/messages.send\naccess_token=(12 characters)\nv=5.199\npeer_id=-12\n\
                  message=(2 characters)\nrandom_id=77\n(5 characters)=(1 character)";
    assert_eq!(masked(form.header(CONTENT_TYPE, "application/x-www-form-urlencoded")), wanted);
    let file = |part| masked(client().post("https://a.example/upload").multipart(Form::new().part("photo", part)));
    assert!(file(Part::bytes(vec![7; 1000]).file_name("ivan.jpg")).starts_with("POST https://a.example/upload\n(1"));
    let stream = Part::stream(Body::wrap_stream(futures_util::stream::iter([Ok::<_, std::io::Error>("x")])));
    assert_eq!(file(stream), "POST https://a.example/upload\n(a file)");
    assert_eq!(masked(client().put("https://a.example/f").body("plain")), "PUT https://a.example/f\n(5 bytes)");
    let broken = client().put("https://a.example/f").header(CONTENT_TYPE, "application/json").body("{oops");
    assert_eq!(masked(broken), "PUT https://a.example/f\n(5 bytes)");
}

#[test]
fn the_text_is_cut_at_a_character() {
    let long = posted(&json!({ "items": vec![7_777_777; 2000] }));
    assert!(long.len() <= 4096 && long.ends_with('…'), "{}", long.len());
}

#[tokio::test]
async fn the_last_request_of_an_attempt_is_noted_and_of_no_other_task() {
    let closed = "http://127.0.0.1:9";
    let attempt = async {
        send(client().get(format!("{closed}/first"))).await.unwrap_err();
        tokio::spawn(send(client().get(format!("{closed}/spawned")))).await.unwrap().unwrap_err();
        send_to_tenant(client().post(format!("{closed}/last"))).await.unwrap_err();
        let look_up = send(client().get(format!("{closed}/history")));
        assert!(recorded(None, look_up).await.1.is_some());
        send(client().get("no address")).await.unwrap_err();
    };
    let ((), sent) = recorded(None, attempt).await;
    assert_eq!(sent.unwrap().masked(), format!("POST {closed}/(4 characters)"));
    assert!(recorded(None, async {}).await.1.is_none());
    send(client().get(closed)).await.unwrap_err();
}

#[tokio::test]
async fn the_request_of_an_attempt_that_is_cut_off_is_noted() {
    let silent = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = format!("http://{}/silent", silent.local_addr().unwrap());
    let call = send(client().get(&address));
    let accepted = async {
        tokio::select! {
            _ = call => panic!("it answered"),
            _ = silent.accept() => {}
        }
    };
    assert_eq!(recorded(None, accepted).await.1.unwrap().masked(), format!("GET {address}"));
}

#[tokio::test]
async fn each_request_of_an_attempt_uses_up_its_targets_limit() {
    let (calls, target) = (RateLimiter::new(10), Uuid::from_u128(1));
    let budget = Budget { at_once: 3, each: 60_000 };
    let attempt = async {
        send(client().get("http://127.0.0.1:9/message")).await.unwrap_err();
        send(client().get("http://127.0.0.1:9/read")).await.unwrap_err();
        send_to_tenant(client().get("http://127.0.0.1:9/more")).await.unwrap_err();
    };
    recorded(Some(Pace { calls: calls.clone(), target, budget }), attempt).await;
    assert!(calls.take(target, budget, 0).await.is_err(), "all three are counted");
    assert_eq!(calls.take(Uuid::from_u128(2), budget, 0).await, Ok(()));
}

/// A text, a name, a phone number, an e-mail address, a link or a token, of which no part may be kept.
fn secret() -> impl Strategy<Value = String> {
    let kinds = [
        "Привет, [а-я]{5,9}",
        "\\+7999[0-9]{7}",
        "[a-z]{6}@mail\\.example",
        "https://f\\.example/[a-z0-9]{12}",
        "[A-Za-z0-9_-]{32}",
    ];
    proptest::strategy::Union::new(kinds.map(|kind| proptest::string::string_regex(kind).unwrap()))
}

/// JSON with these strings as all its texts.
fn planted() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![4 => secret().prop_map(Value::from), 1 => any::<i32>().prop_map(Value::from), 1 => any::<bool>().prop_map(Value::from)];
    leaf.prop_recursive(4, 40, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..5).prop_map(Value::from),
            prop::collection::vec(("[a-z_]{1,12}|text|name|url|phone|to|token", inner), 0..5)
                .prop_map(|fields| Value::Object(fields.into_iter().collect::<Map<_, _>>())),
        ]
    })
}

fn texts(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Value::Object(fields) => fields.values().for_each(|field| texts(field, found)),
        _ => {}
    }
}

proptest! {
    #[test]
    fn no_planted_text_is_kept(body in planted(), key in secret(), token in "[0-9]{9}:[A-Za-z0-9_-]{35}") {
        let mut secrets = vec![token.clone(), key.clone()];
        texts(&body, &mut secrets);
        let body = json!({ "body": body, key: 1 });
        let text = masked(client().post(format!("https://a.example/bot{token}/sendMessage?token={token}")).json(&body));
        prop_assert!(text.len() <= 4096);
        for secret in secrets {
            prop_assert!(!text.contains(&secret), "{secret} in {text}");
        }
    }

    #[test]
    fn no_planted_text_of_a_form_is_kept(fields in prop::collection::vec(("[a-z_]{1,12}", secret()), 1..8)) {
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(&fields).finish();
        let form = client().post("https://a.example/").header(CONTENT_TYPE, "application/x-www-form-urlencoded");
        let text = masked(form.body(body));
        for (_, secret) in fields {
            prop_assert!(!text.contains(&secret), "{secret} in {text}");
        }
    }
}
