//! A Bot API server for unit tests: records its calls and gives scripted answers.

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
    /// A refusal in Telegram's form.
    pub fn refused(code: u16, description: &str) -> Self {
        Self::Json(code, json!({ "ok": false, "error_code": code, "description": description }))
    }
}

/// A recorded call.
#[derive(Clone, Debug)]
pub struct RecordedCall {
    pub method: String,
    pub path: String,
    pub parameters: Map<String, Value>,
    /// Parameter, file name, type, bytes.
    pub file: Option<(String, String, String, Vec<u8>)>,
}

#[derive(Default)]
struct Script {
    answers: VecDeque<ScriptedAnswer>,
    calls: Vec<RecordedCall>,
}

/// The server. Unscripted calls succeed, as message 101, 102, …
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
        let path = head.split(' ').nth(1).unwrap_or_default().to_owned();
        let call = read(path, &header("content-type").unwrap_or_default(), body).await;
        let count = {
            let mut script = self.script.lock().unwrap();
            script.calls.push(call);
            script.calls.len()
        };
        let taken = json!({ "ok": true, "result": { "message_id": 100 + count, "date": 1, "chat": { "id": 1 } } });
        let (status, body) = match answer.unwrap_or(ScriptedAnswer::Json(200, taken)) {
            ScriptedAnswer::Json(status, body) => (status, body.to_string()),
            ScriptedAnswer::Text(status, body) => (status, body.to_owned()),
            ScriptedAnswer::Reset | ScriptedAnswer::Deaf => return None,
        };
        let length = body.len();
        let text = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n{body}");
        stream.write_all(text.as_bytes()).await.ok()
    }
}

async fn read(path: String, kind: &str, body: Vec<u8>) -> RecordedCall {
    let method = path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut call = RecordedCall { method, path, parameters: Map::new(), file: None };
    let Ok(boundary) = multer::parse_boundary(kind) else {
        call.parameters = serde_json::from_slice(&body).unwrap_or_default();
        return call;
    };
    let stream = futures_util::stream::iter([Ok::<_, Infallible>(Bytes::from(body))]);
    let mut parts = multer::Multipart::new(stream, boundary);
    while let Some(field) = parts.next_field().await.unwrap() {
        let name = field.name().unwrap().to_owned();
        if let Some(file_name) = field.file_name().map(str::to_owned) {
            let kind = field.content_type().map(ToString::to_string).unwrap_or_default();
            call.file = Some((name, file_name, kind, field.bytes().await.unwrap().to_vec()));
        } else {
            let text = field.text().await.unwrap();
            call.parameters.insert(name, serde_json::from_str(&text).unwrap_or(Value::String(text)));
        }
    }
    call
}
