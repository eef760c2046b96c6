//! A Graph server for unit tests: records its calls and gives scripted answers. Profiles and posts always exist.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use base::config::Config;
use base::http_client::HttpClients;
use serde_json::{Map, Value, json};

use super::Meta;
use crate::tests::server::{self, Exchange};

/// A scripted answer to a call that changes something.
#[derive(Clone, Debug)]
pub enum ScriptedAnswer {
    Json(u16, Value),
    Text(u16, &'static str),
    /// Closes the connection after reading the request.
    Reset,
}

impl ScriptedAnswer {
    /// A refusal in Graph's form.
    pub fn refused(code: u32, subcode: u32, message: &str) -> Self {
        let error = json!({ "message": message, "type": "OAuthException", "code": code, "error_subcode": subcode });
        Self::Json(400, json!({ "error": error }))
    }
}

/// A recorded call.
#[derive(Clone, Debug)]
pub struct RecordedCall {
    pub method: String,
    /// Without version and query.
    pub path: String,
    pub query: String,
    pub authorization: String,
    pub parameters: Map<String, Value>,
    /// File name, type, bytes.
    pub file: Option<(String, String, Vec<u8>)>,
}

#[derive(Default)]
struct Script {
    answers: VecDeque<ScriptedAnswer>,
    reads: VecDeque<Value>,
    calls: Vec<RecordedCall>,
}

/// The server. Unscripted messages succeed, as `mid-1`, `mid-2`, …
#[derive(Clone)]
pub struct Fake {
    pub base: String,
    script: Arc<Mutex<Script>>,
}

impl Fake {
    pub async fn start(answers: impl IntoIterator<Item = ScriptedAnswer>) -> Self {
        let (listener, base) = server::bind().await;
        let script = Script { answers: answers.into_iter().collect(), ..Script::default() };
        let fake = Self { base, script: Arc::new(Mutex::new(script)) };
        let serving = fake.clone();
        server::listen(listener, move |exchange| serving.clone().serve(exchange));
        fake
    }

    /// A server that refuses every connection.
    pub fn nowhere() -> Self {
        Self { base: "http://127.0.0.1:1".to_owned(), script: Arc::default() }
    }

    /// Sets the answers to the next reads, except those of profiles and posts.
    pub fn reads(&self, answers: impl IntoIterator<Item = Value>) {
        self.script.lock().unwrap().reads.extend(answers);
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

    /// Connectors of both kinds that use this server. `vendor`: with the vendor's app.
    pub fn connectors(&self, vendor: bool) -> (Meta, Meta) {
        let app = "app_id = \"1517776481860111\"\napp_secret = \"vendor-secret\"\nverify_token = \"vendor-vt\"\n";
        let app = if vendor { app } else { "" };
        let section = |name: &str| format!("[{name}]\napi_url = \"{}\"\n{app}", self.base);
        let text =
            format!("[network]\nallow_private = [\"127.0.0.1/32\"]\n{}{}", section("instagram"), section("facebook"));
        let config = Config::from_toml(&text).unwrap();
        let http = HttpClients::new(&config.network).unwrap();
        (crate::instagram::connector(&http, &config), crate::facebook::connector(&http, &config))
    }

    async fn serve(self, mut exchange: Exchange) -> Option<()> {
        let (method, address) = exchange.request_line().await?;
        let body = exchange.body().await?;
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        let path = path.strip_prefix("/v26.0").unwrap_or(path).trim_start_matches('/');
        let (parameters, file) = read(exchange.header("content-type").unwrap_or_default(), body).await;
        let call = RecordedCall {
            method: method.clone(),
            path: path.to_owned(),
            query: query.to_owned(),
            authorization: exchange.header("authorization").unwrap_or_default().to_owned(),
            parameters,
            file,
        };
        let answer = self.answer(call);
        let (status, body) = match answer {
            ScriptedAnswer::Json(status, body) => (status, body.to_string()),
            ScriptedAnswer::Text(status, body) => (status, body.to_owned()),
            ScriptedAnswer::Reset => return None,
        };
        exchange.answer(status, "", &body).await
    }

    fn answer(&self, call: RecordedCall) -> ScriptedAnswer {
        let mut script = self.script.lock().unwrap();
        if call.method == "GET" {
            if call.query.contains("permalink_url") {
                let post = json!({ "permalink_url": "https://www.facebook.com/900", "message": "Roses" });
                return ScriptedAnswer::Json(200, post);
            }
            if call.query.contains("permalink") {
                let permalink = "https://www.instagram.com/p/C1/";
                let post = json!({ "permalink": permalink, "caption": "Roses", "username": "acme_flowers" });
                return ScriptedAnswer::Json(200, post);
            }
            let is_account = ["me", "17841400000000001", "104000000000001"].contains(&call.path.as_str());
            if call.query.contains("username") && !is_account || call.query.contains("first_name") {
                let profile =
                    json!({ "name": "Anna Kim", "username": "anna_k", "first_name": "Anna", "last_name": "Kim" });
                return ScriptedAnswer::Json(200, profile);
            }
            script.calls.push(call);
            let answer = script.reads.pop_front().unwrap_or_else(|| json!({ "data": [] }));
            return ScriptedAnswer::Json(200, answer);
        }
        script.calls.push(call);
        let count = script.calls.len();
        let taken = json!({ "recipient_id": "6600000000000001", "message_id": format!("mid-{count}"), "id": format!("c{count}"), "success": true });
        script.answers.pop_front().unwrap_or(ScriptedAnswer::Json(200, taken))
    }
}

async fn read(kind: &str, body: Vec<u8>) -> (Map<String, Value>, Option<(String, String, Vec<u8>)>) {
    let Some((texts, file)) = server::form(kind, &body).await else {
        return (serde_json::from_slice(&body).unwrap_or_default(), None);
    };
    let value = |text: String| serde_json::from_str(&text).unwrap_or(Value::String(text));
    let file = file.map(|file| {
        assert_eq!(file.field, "filedata");
        (file.name, file.kind, file.bytes)
    });
    (texts.into_iter().map(|(name, text)| (name, value(text))).collect(), file)
}
