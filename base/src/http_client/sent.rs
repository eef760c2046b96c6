//! What an attempt sent last, for the page of its message. It is noted while the attempt runs, which costs a copy of the
//! address and of the list of headers, which is cleared at once, and a reference to the body. It is written as text only if
//! the attempt failed.

use std::borrow::Cow;
use std::cell::RefCell;

use chrono::DateTime;
use reqwest::header::{CONTENT_LENGTH, CONTENT_TYPE};
use reqwest::{Body, Request, RequestBuilder, Response};
use serde_json::{Map, Value};
use url::{Url, form_urlencoded};
use uuid::Uuid;

use crate::rate_limit::{Budget, RateLimiter};

/// Maximum length of the text, in bytes.
const LIMIT: usize = 4096;

tokio::task_local! {
    /// The attempt in which this task is; there is none outside of attempts.
    static ATTEMPT: Attempt;
}

/// An attempt in progress.
struct Attempt {
    last: RefCell<Option<SentRequest>>,
    pace: Option<Pace>,
}

/// How fast the calls of a target's attempts may follow each other, those beside its messages too.
#[derive(Clone)]
pub struct Pace {
    pub calls: RateLimiter<Uuid>,
    pub target: Uuid,
    pub budget: Budget,
}

/// A request, without its headers.
pub struct SentRequest {
    request: Request,
    format: BodyFormat,
    is_path_kept: bool,
}

enum BodyFormat {
    None,
    Json,
    Form,
    /// Files, and anything else that is not written as text; its size, if that is known.
    Other(Option<u64>),
}

/// Runs an attempt; also returns the last request that it sent itself, also if a time limit inside ended it. Inside of an
/// attempt this keeps a look-up from being noted as what the attempt sent. Each call waits until `pace` allows it.
pub async fn record<T>(pace: Option<Pace>, attempt: impl Future<Output = T>) -> (T, Option<SentRequest>) {
    let recorded = async {
        let ended = attempt.await;
        (ended, ATTEMPT.with(|attempt| attempt.last.take()))
    };
    ATTEMPT.scope(Attempt { last: RefCell::default(), pace }, recorded).await
}

/// Waits until the target's limit allows one more call, and counts it.
async fn wait_for_pace() {
    let pace = ATTEMPT.try_with(|attempt| attempt.pace.clone());
    if let Ok(Some(Pace { calls, target, budget })) = pace {
        // On the heap: most calls wait for nothing, and all would hold the wait.
        Box::pin(calls.wait(target, budget)).await;
    }
}

/// Sends a request and notes it, if it belongs to an attempt. Connectors send nothing in another way.
pub async fn send(request: RequestBuilder) -> Result<Response, reqwest::Error> {
    let (client, request) = request.build_split();
    let request = request?;
    wait_for_pace().await;
    note(&request);
    client.execute(request).await
}

/// The same for an address that a tenant chose: any part of its path may be a secret, so only the host is noted.
pub async fn send_to_tenant(request: RequestBuilder) -> Result<Response, reqwest::Error> {
    let (client, request) = request.build_split();
    let request = request?;
    wait_for_pace().await;
    note_as(&request, false);
    client.execute(request).await
}

/// Notes a request that another crate is about to send.
pub fn note(request: &Request) {
    note_as(request, true);
}

fn note_as(request: &Request, is_path_kept: bool) {
    // An error means that this is no attempt.
    let _ = ATTEMPT.try_with(|attempt| attempt.last.replace(Some(SentRequest::of(request, is_path_kept))));
}

impl SentRequest {
    fn of(request: &Request, is_path_kept: bool) -> Self {
        let format = BodyFormat::of(request);
        let whole = if matches!(format, BodyFormat::Json | BodyFormat::Form) { request.try_clone() } else { None };
        let mut kept = whole.unwrap_or_else(|| Request::new(request.method().clone(), request.url().clone()));
        // Headers contain secrets. They are copied at all only because reqwest shares a body in no other way than with a
        // copy of its whole request.
        kept.headers_mut().clear();
        Self { request: kept, format, is_path_kept }
    }

    /// Method, address and body as text of at most 4 KiB, without texts, names and secrets.
    pub fn masked(&self) -> String {
        let address = address(self.request.url(), self.is_path_kept);
        let bytes = self.request.body().and_then(Body::as_bytes).unwrap_or_default();
        let unreadable = || format!("({} bytes)", bytes.len());
        let body = match self.format {
            BodyFormat::None => String::new(),
            BodyFormat::Json => json(bytes).unwrap_or_else(unreadable),
            BodyFormat::Form => form(bytes),
            BodyFormat::Other(Some(size)) => format!("({size} bytes)"),
            BodyFormat::Other(None) => "(a file)".to_owned(),
        };
        let mut text = format!("{} {address}\n{body}", self.request.method());
        text.truncate(text.trim_end().len());
        if text.len() > LIMIT {
            text.truncate(text.floor_char_boundary(LIMIT - '…'.len_utf8()));
            text.push('…');
        }
        text
    }
}

impl BodyFormat {
    fn of(request: &Request) -> Self {
        let Some(body) = request.body() else { return Self::None };
        let header = |name| request.headers().get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
        let kind = header(CONTENT_TYPE);
        match body.as_bytes() {
            Some(_) if kind.contains("json") => Self::Json,
            Some(_) if kind.starts_with("application/x-www-form-urlencoded") => Self::Form,
            Some(bytes) => Self::Other(u64::try_from(bytes.len()).ok()),
            None => Self::Other(header(CONTENT_LENGTH).parse().ok()),
        }
    }
}

// Replaces what a request said by its length. Kept are the names of fields, whole numbers, `true` and `false`, and the
// strings of the protocol fields below, if they look as such a field does (docs/decisions/0042-the-request-of-a-failed-attempt.md).

/// Words of a protocol.
const WORDS: [&str; 14] = [
    "action",
    "event_type",
    "format",
    "grant_type",
    "language",
    "messaging_product",
    "messaging_type",
    "mime_type",
    "parse_mode",
    "recipient_type",
    "role",
    "sender_action",
    "status",
    "type",
];
/// Ids, kept if they are UUIDs: others may be a phone number or an e-mail address.
const IDS: [&str; 8] =
    ["conversation_id", "conversation_ref_id", "external_id", "id", "message_id", "msgid", "ref_id", "source_id"];
/// Times of RFC 3339.
const TIMES: [&str; 3] = ["sent_at", "timestamp", "until"];
/// Numbers of VK, whose requests are forms: a form has only strings.
const NUMBERS: [&str; 4] = ["group_id", "peer_id", "random_id", "v"];

/// Longest word of a protocol, name of a field and word of a path.
const WORD: usize = 40;
/// Longest part of a word of a path: Telegram's `editMessageReplyMarkup` and VK's `getMessagesUploadServer` are the
/// longest of methods, secrets are longer.
const PART: usize = 24;

fn length(text: &str) -> String {
    match text.chars().count() {
        1 => "(1 character)".to_owned(),
        count => format!("({count} characters)"),
    }
}

/// A JSON body on several lines; none if it is not JSON.
fn json(body: &[u8]) -> Option<String> {
    let value: Value = serde_json::from_slice(body).ok()?;
    serde_json::to_string_pretty(&masked("", value)).ok()
}

fn masked(key: &str, value: Value) -> Value {
    match value {
        Value::String(text) => kept(key, &text).into(),
        // Coordinates.
        Value::Number(number) if number.is_f64() => "(a number)".into(),
        Value::Array(items) => items.into_iter().map(|item| masked(key, item)).collect(),
        Value::Object(fields) => {
            let one = |(key, value): (String, Value)| (name(&key).into_owned(), masked(&key, value));
            Value::Object(fields.into_iter().map(one).collect::<Map<_, _>>())
        }
        plain => plain,
    }
}

/// A form, one field a line.
fn form(body: &[u8]) -> String {
    let lines = form_urlencoded::parse(body).map(|(key, value)| format!("{}={}\n", name(&key), kept(&key, &value)));
    lines.collect()
}

/// Scheme, host and path, and the names of the query's fields.
fn address(url: &Url, is_path_kept: bool) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let mut text = format!("{}://{}{port}", url.scheme(), url.host_str().unwrap_or_default());
    if !is_path_kept {
        let path = url.path().trim_start_matches('/');
        let path = if path.is_empty() { String::new() } else { length(path) };
        return format!("{text}/{path}");
    }
    for segment in url.path_segments().into_iter().flatten() {
        text.push('/');
        text.push_str(&if is_word_of_path(segment) { Cow::Borrowed(segment) } else { length(segment).into() });
    }
    for (place, (key, value)) in url.query_pairs().enumerate() {
        text.push(if place == 0 { '?' } else { '&' });
        text.push_str(&format!("{}={}", name(&key), length(&value)));
    }
    text
}

/// The string of a field, or its length.
fn kept(key: &str, text: &str) -> String {
    let is_kept = WORDS.contains(&key) && is_word(text)
        || IDS.contains(&key) && Uuid::try_parse(text).is_ok()
        || TIMES.contains(&key) && DateTime::parse_from_rfc3339(text).is_ok()
        || NUMBERS.contains(&key) && is_number(text);
    if is_kept { text.to_owned() } else { length(text) }
}

/// The name of a field, in lower case as all of them are. The object may have data in their place.
fn name(key: &str) -> Cow<'_, str> {
    let is_name = |sign: char| sign.is_ascii_lowercase() || sign == '_';
    if key.len() <= WORD && !key.is_empty() && key.chars().all(is_name) { key.into() } else { length(key).into() }
}

fn is_word(text: &str) -> bool {
    let is_part = |sign: char| sign.is_ascii_alphanumeric() || "_-./".contains(sign);
    text.len() <= WORD && text.starts_with(|sign: char| sign.is_ascii_alphabetic()) && text.chars().all(is_part)
}

fn is_number(text: &str) -> bool {
    text.len() <= 20 && text.chars().all(|sign| sign.is_ascii_digit() || "-.".contains(sign))
}

/// A method's name, such as `sendMessage`, `messages.send` or `delivery_status`, or a version. A token has digits, or
/// capitals that begin no word, or is long.
fn is_word_of_path(segment: &str) -> bool {
    let is_version = |rest: &str| rest.len() <= 4 && rest.chars().all(|sign| sign.is_ascii_digit() || sign == '.');
    if segment.strip_prefix('v').is_some_and(is_version) {
        return true;
    }
    let is_camel = |part: &str| {
        let letters = part.as_bytes();
        letters.len() <= PART
            && letters.iter().all(u8::is_ascii_alphabetic)
            && !letters.windows(2).any(|two| two.iter().all(u8::is_ascii_uppercase))
    };
    segment.len() <= WORD && segment.split(['.', '_']).all(is_camel)
}

#[cfg(test)]
mod tests {
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
        assert!(
            file(Part::bytes(vec![7; 1000]).file_name("ivan.jpg")).starts_with("POST https://a.example/upload\n(1")
        );
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
            assert!(record(None, look_up).await.1.is_some());
            send(client().get("no address")).await.unwrap_err();
        };
        let ((), sent) = record(None, attempt).await;
        assert_eq!(sent.unwrap().masked(), format!("POST {closed}/(4 characters)"));
        assert!(record(None, async {}).await.1.is_none());
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
        assert_eq!(record(None, accepted).await.1.unwrap().masked(), format!("GET {address}"));
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
        record(Some(Pace { calls: calls.clone(), target, budget }), attempt).await;
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
}
