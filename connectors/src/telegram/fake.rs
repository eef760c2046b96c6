//! The Bot API of the unit tests: calls succeed, as message 101, 102, …

use serde_json::json;

use crate::fake::{Answer, Fake, Messenger};

const TELEGRAM: Messenger = Messenger {
    root: "",
    always: |_| None,
    usual: |_, calls| {
        let message = json!({ "message_id": 100 + calls.len(), "date": 1, "chat": { "id": 1 } });
        Answer::Json(200, json!({ "ok": true, "result": message }))
    },
};

pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Fake {
    Fake::start(TELEGRAM, answers).await
}

/// A refusal in Telegram's form.
pub fn refused(code: u16, description: &str) -> Answer {
    Answer::Json(code, json!({ "ok": false, "error_code": code, "description": description }))
}
