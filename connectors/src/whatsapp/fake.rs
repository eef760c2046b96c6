//! The Graph API of the unit tests: uploads succeed with the ids `media-1`, … and messages with `wamid.1`, ….

use serde_json::{Value, json};

use crate::fake::{Answer, Fake, Messenger};

const GRAPH: Messenger = Messenger {
    root: "/v26.0/",
    always: |_| None,
    usual: |_, calls| {
        let call = calls.last().unwrap();
        let count = |end: &str| calls.iter().filter(|call| call.path.ends_with(end)).count();
        Answer::Json(
            200,
            match call.name() {
                "media" => json!({ "id": format!("media-{}", count("/media")) }),
                "messages" if call.body().get("status").is_none() => {
                    let id = format!("wamid.{}", count("/messages"));
                    json!({ "messaging_product": "whatsapp", "contacts": [{ "wa_id": "77010001122", "user_id": "KZ.123" }],
                        "messages": [{ "id": id }] })
                }
                _ => json!({ "success": true }),
            },
        )
    },
};

pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Fake {
    Fake::start(GRAPH, answers).await
}

/// A refusal in Meta's form.
pub fn refused(code: u32, message: &str) -> Answer {
    let error = json!({ "message": message, "type": "OAuthException", "code": code, "fbtrace_id": "A1" });
    Answer::Json(400, json!({ "error": error }))
}

/// A success.
pub fn ok(answer: Value) -> Answer {
    Answer::Json(200, answer)
}
