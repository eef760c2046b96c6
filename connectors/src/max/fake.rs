//! The Bot API of the unit tests: uploads and messages succeed, as message `mid.101`, `mid.102`, …; other calls return `{}`.

use base::config::Config;
use base::http_client::HttpClients;
use serde_json::json;
use url::Url;

use super::api::MaxApi;
use crate::fake::{Answer, Call, Fake, Messenger};

const MAX: Messenger = Messenger { root: "", always: |_| None, usual };

pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Fake {
    Fake::start(MAX, answers).await
}

/// A client of the server at this address.
pub fn api(base: impl std::fmt::Display) -> MaxApi {
    let config = Config::from_toml(&format!("[max]\napi_url = \"{base}\"")).unwrap();
    MaxApi::new(&HttpClients::new(&config.network).unwrap(), &config.max)
}

/// A refusal in MAX's form.
pub fn refused(status: u16, code: &str, message: &str) -> Answer {
    Answer::Json(status, json!({ "code": code, "message": message }))
}

pub fn limited(seconds: u64) -> Answer {
    Answer::Limited(seconds, json!({ "code": "too.many.requests", "message": "" }))
}

/// Where files are uploaded.
pub fn place(base: &Url) -> String {
    format!("{base}upload/1")
}

fn usual(base: &Url, calls: &[Call]) -> Answer {
    let line = calls.last().unwrap().line();
    let answer = match line.as_str() {
        line if line.starts_with("POST /messages") => {
            json!({ "message": { "body": { "mid": format!("mid.{}", 100 + calls.len()) } } })
        }
        "POST /uploads?type=video" | "POST /uploads?type=audio" => {
            json!({ "url": place(base), "token": "token-of-place" })
        }
        line if line.starts_with("POST /uploads") => json!({ "url": place(base) }),
        line if line.starts_with("POST /upload/") => json!({ "token": "token-of-upload" }),
        _ => json!({}),
    };
    Answer::Json(200, answer)
}
