//! A Bot API server for unit tests: records its calls and gives scripted answers.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base::config::Config;
use base::http_client::HttpClients;
use serde_json::{Value, json};

use super::api::MaxApi;
use crate::tests::server::{self, Exchange};

/// A scripted answer.
#[derive(Clone, Debug)]
pub enum ScriptedAnswer {
    Json(u16, Value),
    Text(u16, &'static str),
    /// 429 with `Retry-After`.
    Limited(u32),
    /// Closes the connection after reading the request.
    Reset,
}

impl ScriptedAnswer {
    /// A refusal in MAX's form.
    pub fn refused(status: u16, code: &str, message: &str) -> Self {
        Self::Json(status, json!({ "code": code, "message": message }))
    }
}

/// A recorded call.
#[derive(Clone, Debug)]
pub struct RecordedCall {
    /// `POST /messages?chat_id=1`.
    pub line: String,
    pub authorization: Option<String>,
    pub bytes: Vec<u8>,
}

impl RecordedCall {
    /// The JSON body, or null.
    pub fn body(&self) -> Value {
        serde_json::from_slice(&self.bytes).unwrap_or_default()
    }
}

#[derive(Default)]
struct Script {
    answers: VecDeque<ScriptedAnswer>,
    calls: Vec<RecordedCall>,
}

/// The server. Unscripted uploads and messages succeed, as message `mid.101`, `mid.102`, …; other calls return `{}`.
#[derive(Clone)]
pub struct Fake {
    pub base: String,
    script: Arc<Mutex<Script>>,
}

impl Fake {
    pub async fn start(answers: impl IntoIterator<Item = ScriptedAnswer>) -> Self {
        let (listener, base) = server::bind().await;
        let script = Script { answers: answers.into_iter().collect(), calls: Vec::new() };
        let fake = Self { base, script: Arc::new(Mutex::new(script)) };
        let serving = fake.clone();
        server::listen(listener, move |exchange| serving.clone().serve(exchange));
        fake
    }

    /// A client of this server.
    pub fn api(&self) -> MaxApi {
        api_at(&self.base)
    }

    pub fn answer(&self, answer: ScriptedAnswer) {
        self.script.lock().unwrap().answers.push_back(answer);
    }

    pub fn calls(&self) -> Vec<RecordedCall> {
        self.script.lock().unwrap().calls.clone()
    }

    /// Method, path and query of all calls.
    pub fn lines(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.line).collect()
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
        let bytes = exchange.body().await?;
        let line = format!("{method} {path}");
        let call = RecordedCall {
            line: line.clone(),
            authorization: exchange.header("authorization").map(str::to_owned),
            bytes,
        };
        let (answer, count) = {
            let mut script = self.script.lock().unwrap();
            script.calls.push(call);
            (script.answers.pop_front(), script.calls.len())
        };
        let mut headers = String::new();
        let (status, body) = match answer.unwrap_or_else(|| self.usual(&line, count)) {
            ScriptedAnswer::Json(status, body) => (status, body.to_string()),
            ScriptedAnswer::Text(status, body) => (status, body.to_owned()),
            ScriptedAnswer::Limited(seconds) => {
                headers = format!("retry-after: {seconds}\r\n");
                (429, json!({ "code": "too.many.requests", "message": "" }).to_string())
            }
            ScriptedAnswer::Reset => return None,
        };
        exchange.answer(status, &headers, &body).await
    }

    fn usual(&self, line: &str, count: usize) -> ScriptedAnswer {
        let posted = json!({ "message": { "body": { "mid": format!("mid.{}", 100 + count) } } });
        let place = format!("{}/upload/1", self.base);
        let json = match line {
            _ if line.starts_with("POST /messages") => posted,
            _ if line == "POST /uploads?type=video" || line == "POST /uploads?type=audio" => {
                json!({ "url": place, "token": "token-of-place" })
            }
            _ if line.starts_with("POST /uploads") => json!({ "url": place }),
            _ if line.starts_with("POST /upload/") => json!({ "token": "token-of-upload" }),
            _ => json!({}),
        };
        ScriptedAnswer::Json(200, json)
    }
}

/// A client of the server at this address.
pub fn api_at(base: &str) -> MaxApi {
    let config = Config::from_toml(&format!("[max]\napi_url = \"{base}\"")).unwrap();
    MaxApi::new(&HttpClients::new(&config.network).unwrap(), &config.max)
}
