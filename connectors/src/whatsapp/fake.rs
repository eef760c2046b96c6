//! A Graph server for unit tests: records its calls and gives scripted answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use url::Url;

use crate::tests::server::{self, Exchange};

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
    /// The bytes of a body that is neither JSON nor a form.
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
        let (listener, base) = server::bind().await;
        let base = Url::parse(&base).unwrap();
        let script = Script { answers: answers.into_iter().collect(), calls: Vec::new() };
        let fake = Self { base, script: Arc::new(Mutex::new(script)) };
        let serving = fake.clone();
        server::listen(listener, move |exchange| serving.clone().serve(exchange));
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

    async fn serve(self, mut exchange: Exchange) -> Option<()> {
        let (method, path) = exchange.request_line().await?;
        let answer = self.script.lock().unwrap().answers.pop_front();
        if let Some(ScriptedAnswer::Deaf) = answer {
            return None;
        }
        let body = exchange.body().await?;
        let path = path.trim_start_matches('/').split_once('/').map_or(path.as_str(), |(_, path)| path).to_owned();
        let authorization = exchange.header("authorization").unwrap_or_default().to_owned();
        let mut call = RecordedCall { method, path, authorization, body: Value::Null, bytes: Vec::new(), file: None };
        call.read(exchange.header("content-type").unwrap_or_default(), body).await;
        let usual = self.record(call);
        let (status, body) = match answer.unwrap_or(ScriptedAnswer::Json(200, usual)) {
            ScriptedAnswer::Json(status, body) => (status, body.to_string()),
            ScriptedAnswer::Text(status, body) => (status, body.to_owned()),
            ScriptedAnswer::Reset | ScriptedAnswer::Deaf => return None,
        };
        exchange.answer(status, "", &body).await
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
        let Some((texts, file)) = server::form(kind, &body).await else {
            self.body = serde_json::from_slice(&body).unwrap_or_default();
            self.bytes = body;
            return;
        };
        self.file = file.map(|file| (file.name, file.kind, file.bytes));
        self.body = texts.into_iter().map(|(name, text)| (name, Value::String(text))).collect();
    }
}
