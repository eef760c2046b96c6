//! A Graph server for unit tests: records its calls and gives scripted answers.

use std::collections::VecDeque;
use std::convert::Infallible;
use std::sync::{Arc, Mutex};

use bytes::Bytes;
use serde_json::{Map, Value, json};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use url::Url;

/// A scripted answer.
#[derive(Clone, Debug)]
pub enum ScriptedAnswer {
    Json(u16, Value),
    Text(u16, &'static str),
    /// Closes the connection after reading the request.
    Reset,
    /// Closes the connection before reading the body.
    Deaf,
}

impl ScriptedAnswer {
    /// A refusal in Meta's form.
    pub fn refused(code: u32, message: &str) -> Self {
        Self::Json(
            400,
            json!({ "error": { "message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1" } }),
        )
    }

    /// A success.
    pub fn ok(answer: Value) -> Self {
        Self::Json(200, answer)
    }
}

/// A recorded call.
#[derive(Clone, Debug)]
pub struct RecordedCall {
    pub method: String,
    /// With its query, without the version.
    pub path: String,
    pub authorization: String,
    /// JSON of the body, or the texts of a form.
    pub body: Value,
    /// The bytes of a body that is neither.
    pub bytes: Vec<u8>,
    /// File name, type, bytes.
    pub file: Option<(String, String, Vec<u8>)>,
}

#[derive(Default)]
struct Script {
    answers: VecDeque<ScriptedAnswer>,
    calls: Vec<RecordedCall>,
}

/// The server. Unscripted calls succeed: uploads with the ids `media-1`, … and messages with `wamid.1`, ….
#[derive(Clone)]
pub struct Fake {
    pub base: Url,
    script: Arc<Mutex<Script>>,
}

impl Fake {
    pub async fn start(answers: impl IntoIterator<Item = ScriptedAnswer>) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let base = Url::parse(&format!("http://{}/", listener.local_addr().unwrap())).unwrap();
        let script = Script { answers: answers.into_iter().collect(), calls: Vec::new() };
        let fake = Self { base, script: Arc::new(Mutex::new(script)) };
        let serving = fake.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        fake
    }

    pub fn calls(&self) -> Vec<RecordedCall> {
        self.script.lock().unwrap().calls.clone()
    }

    /// The only recorded call.
    #[track_caller]
    pub fn call(&self) -> RecordedCall {
        let calls = self.calls();
        assert_eq!(calls.len(), 1, "{calls:#?}");
        calls.into_iter().next().unwrap()
    }

    async fn serve(self, mut stream: TcpStream) -> Option<()> {
        let mut head = Vec::new();
        while !head.ends_with(b"\r\n\r\n") {
            head.push(stream.read_u8().await.ok()?);
        }
        let head = String::from_utf8(head).unwrap();
        let answer = self.script.lock().unwrap().answers.pop_front();
        if let Some(ScriptedAnswer::Deaf) = answer {
            return None;
        }
        let header = |name: &str| {
            let lines = head.lines().filter_map(|line| line.split_once(": "));
            lines.filter(|(key, _)| key.eq_ignore_ascii_case(name)).map(|(_, value)| value.to_owned()).next()
        };
        let length = header("content-length").map_or(0, |length| length.parse().unwrap());
        let mut body = vec![0; length];
        stream.read_exact(&mut body).await.ok()?;
        let mut words = head.split(' ');
        let method = words.next().unwrap_or_default().to_owned();
        let path = words.next().unwrap_or_default();
        let path = path.trim_start_matches('/').split_once('/').map_or(path, |(_, path)| path).to_owned();
        let authorization = header("authorization").unwrap_or_default();
        let mut call = RecordedCall { method, path, authorization, body: Value::Null, bytes: Vec::new(), file: None };
        call.read(&header("content-type").unwrap_or_default(), body).await;
        let usual = self.record(call);
        let (status, body) = match answer.unwrap_or(ScriptedAnswer::Json(200, usual)) {
            ScriptedAnswer::Json(status, body) => (status, body.to_string()),
            ScriptedAnswer::Text(status, body) => (status, body.to_owned()),
            ScriptedAnswer::Reset | ScriptedAnswer::Deaf => return None,
        };
        let length = body.len();
        let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        stream.write_all(text.as_bytes()).await.ok()
    }

    /// Stores the call and returns the answer that it gets without a script.
    fn record(&self, call: RecordedCall) -> Value {
        let mut script = self.script.lock().unwrap();
        let count = |script: &Script, end: &str| script.calls.iter().filter(|call| call.path.ends_with(end)).count();
        let usual = if call.path.ends_with("/media") {
            json!({ "id": format!("media-{}", count(&script, "/media") + 1) })
        } else if call.path.ends_with("/messages") && call.body.get("status").is_none() {
            let number = count(&script, "/messages") + 1;
            json!({ "messaging_product": "whatsapp", "contacts": [{ "wa_id": "77010001122", "user_id": "KZ.123" }],
                    "messages": [{ "id": format!("wamid.{number}") }] })
        } else {
            json!({ "success": true })
        };
        script.calls.push(call);
        usual
    }
}

impl RecordedCall {
    async fn read(&mut self, kind: &str, body: Vec<u8>) {
        let Ok(boundary) = multer::parse_boundary(kind) else {
            self.body = serde_json::from_slice(&body).unwrap_or_default();
            self.bytes = body;
            return;
        };
        let stream = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from(body))]);
        let mut parts = multer::Multipart::new(stream, boundary);
        let mut texts = Map::new();
        while let Some(field) = parts.next_field().await.unwrap() {
            let name = field.name().unwrap().to_owned();
            if let Some(file_name) = field.file_name().map(str::to_owned) {
                let kind = field.content_type().map(ToString::to_string).unwrap_or_default();
                self.file = Some((file_name, kind, field.bytes().await.unwrap().to_vec()));
            } else {
                texts.insert(name, Value::String(field.text().await.unwrap()));
            }
        }
        self.body = Value::Object(texts);
    }
}
