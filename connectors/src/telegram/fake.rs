//! A Bot API server for unit tests: records its calls and gives scripted answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use serde_json::{Map, Value, json};
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
        let (_, path) = exchange.request_line().await?;
        let answer = self.script.lock().unwrap().answers.pop_front();
        if let Some(ScriptedAnswer::Deaf) = answer {
            return None;
        }
        let body = exchange.body().await?;
        let call = read(path, exchange.header("content-type").unwrap_or_default(), body).await;
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
        exchange.answer(status, "", &body).await
    }
}

async fn read(path: String, kind: &str, body: Vec<u8>) -> RecordedCall {
    let method = path.rsplit('/').next().unwrap_or_default().to_owned();
    let mut call = RecordedCall { method, path, parameters: Map::new(), file: None };
    match server::form(kind, &body).await {
        None => call.parameters = serde_json::from_slice(&body).unwrap_or_default(),
        Some((texts, file)) => {
            let value = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
            call.parameters = texts.into_iter().map(|(name, text)| (name, value(text))).collect();
            call.file = file.map(|file| (file.field, file.name, file.kind, file.bytes));
        }
    }
    call
}
