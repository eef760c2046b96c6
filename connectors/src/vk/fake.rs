//! A VK server for unit tests: records its calls and gives scripted answers.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};
use url::Url;

use crate::tests::server::{self, Exchange};

/// A scripted answer.
#[derive(Clone, Debug)]
pub enum ScriptedAnswer {
    /// `response`.
    Done(Value),
    /// `error`.
    Refused(u32, &'static str),
    /// A body with this status.
    Text(u16, String),
    /// Closes the connection after reading the request.
    Reset,
}

/// A recorded call.
#[derive(Clone, Debug)]
pub struct RecordedCall {
    /// The method; `upload` for an upload.
    pub method: String,
    pub parameters: BTreeMap<String, String>,
    /// The body of an upload.
    pub body: Vec<u8>,
}

#[derive(Default)]
struct Script {
    answers: BTreeMap<String, VecDeque<ScriptedAnswer>>,
    calls: Vec<RecordedCall>,
}

/// The server. Unscripted calls succeed: messages are 101, 102, …; people are named Maria.
#[derive(Clone)]
pub struct Fake {
    pub base: Url,
    script: Arc<Mutex<Script>>,
}

impl Fake {
    pub async fn start() -> Self {
        let (listener, base) = server::bind().await;
        let base = Url::parse(&base).unwrap();
        let fake = Self { base, script: Arc::default() };
        let serving = fake.clone();
        server::listen(listener, move |exchange| serving.clone().serve(exchange));
        fake
    }

    /// Sets the next answer of a method.
    pub fn answers(&self, method: &str, answer: ScriptedAnswer) {
        self.script.lock().unwrap().answers.entry(method.to_owned()).or_default().push_back(answer);
    }

    pub fn calls(&self) -> Vec<RecordedCall> {
        self.script.lock().unwrap().calls.clone()
    }

    /// The methods that were called.
    pub fn methods(&self) -> Vec<String> {
        self.calls().into_iter().map(|call| call.method).collect()
    }

    /// The parameters of the only call of a method.
    #[track_caller]
    pub fn called(&self, method: &str) -> BTreeMap<String, String> {
        let mut calls: Vec<_> = self.calls().into_iter().filter(|call| call.method == method).collect();
        assert_eq!(calls.len(), 1, "{method}: {calls:#?}");
        calls.remove(0).parameters
    }

    async fn serve(self, mut exchange: Exchange) -> Option<()> {
        let (_, path) = exchange.request_line().await?;
        let body = exchange.body().await?;
        let method = path.strip_prefix("/method/").unwrap_or("upload").to_owned();
        let parameters = url::form_urlencoded::parse(&body).into_owned().collect();
        let (answer, count) = {
            let mut script = self.script.lock().unwrap();
            let body = if method == "upload" { body } else { Vec::new() };
            script.calls.push(RecordedCall { method: method.clone(), parameters, body });
            let answer = script.answers.get_mut(&method).and_then(VecDeque::pop_front);
            (answer, script.calls.iter().filter(|call| call.method == method).count())
        };
        let (status, body) = match answer {
            Some(ScriptedAnswer::Done(response)) => (200, json!({ "response": response }).to_string()),
            Some(ScriptedAnswer::Refused(code, text)) => {
                (200, json!({ "error": { "error_code": code, "error_msg": text } }).to_string())
            }
            Some(ScriptedAnswer::Text(status, body)) => (status, body),
            Some(ScriptedAnswer::Reset) => return None,
            None if method == "upload" => (200, self.uploaded()),
            None => (200, json!({ "response": self.usual(&method, count) }).to_string()),
        };
        exchange.answer(status, "", &body).await
    }

    fn uploaded(&self) -> String {
        json!({ "server": 7, "photo": "[{\"photo\":\"x\"}]", "hash": "h4sh", "file": "f1le" }).to_string()
    }

    fn usual(&self, method: &str, count: usize) -> Value {
        let person = |id: &str| {
            json!({ "id": id.parse::<i64>().unwrap_or(1), "first_name": "Maria", "last_name": "Kovaleva",
                "screen_name": format!("id{id}"), "photo_200": "https://sun.vk.test/maria.jpg" })
        };
        let asked = self.calls().pop().map(|call| call.parameters).unwrap_or_default();
        let kept = json!({ "id": 5, "owner_id": -223, "access_key": "k3y" });
        match method {
            "users.get" => json!([person(asked.get("user_ids").map_or("1", String::as_str))]),
            "messages.send" => json!(100 + count),
            "photos.getMessagesUploadServer" | "docs.getMessagesUploadServer" => {
                json!({ "upload_url": format!("{}upload", self.base) })
            }
            "photos.saveMessagesPhoto" => json!([kept]),
            "docs.save" => json!({ "type": "doc", "doc": kept }),
            "wall.createComment" => json!({ "comment_id": 900 + count, "parents_stack": [] }),
            "groups.getById" => json!({ "groups": [{ "id": 223344556, "name": "Acme", "screen_name": "acme" }] }),
            "groups.getTokenPermissions" => {
                let names = ["messages", "manage", "photos", "docs", "wall"];
                json!({ "mask": 1, "permissions": names.map(|name| json!({ "name": name, "setting": 1 })) })
            }
            "groups.getCallbackConfirmationCode" => json!({ "code": "b6a7c8d9" }),
            "groups.getCallbackServers" | "messages.getById" | "messages.getConversationsById" => {
                json!({ "count": 0, "items": [] })
            }
            "groups.addCallbackServer" => json!({ "server_id": 3 }),
            _ => json!(1),
        }
    }
}
