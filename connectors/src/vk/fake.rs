//! The VK of the unit tests: calls succeed, messages are 101, 102, …; people are named Maria.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use url::Url;

use crate::fake::{Answer, Call, Fake, Messenger};

const VK: Messenger = Messenger { root: "", always: |_| None, usual };

pub async fn start() -> Fake {
    Fake::start(VK, []).await
}

/// `response`.
pub fn done(response: Value) -> Answer {
    Answer::Json(200, json!({ "response": response }))
}

/// `error`.
pub fn refused(code: u32, text: &str) -> Answer {
    Answer::Json(200, json!({ "error": { "error_code": code, "error_msg": text } }))
}

/// The parameters of a call.
pub fn parameters(call: &Call) -> BTreeMap<String, String> {
    url::form_urlencoded::parse(&call.bytes).into_owned().collect()
}

/// Those of the only call of a method.
#[track_caller]
pub fn called(fake: &Fake, method: &str) -> BTreeMap<String, String> {
    let calls: Vec<_> = fake.calls().into_iter().filter(|call| call.name() == method).collect();
    assert_eq!(calls.len(), 1, "{method}: {calls:#?}");
    parameters(&calls[0])
}

fn usual(base: &Url, calls: &[Call]) -> Answer {
    let (method, given) = (calls.last().unwrap().name(), parameters(calls.last().unwrap()));
    let count = calls.iter().filter(|call| call.name() == method).count();
    let person = |id: &str| {
        json!({ "id": id.parse::<i64>().unwrap_or(1), "first_name": "Maria", "last_name": "Kovaleva",
            "screen_name": format!("id{id}"), "photo_200": "https://sun.vk.test/maria.jpg" })
    };
    let file = json!({ "id": 5, "owner_id": -223, "access_key": "k3y" });
    done(match method {
        "upload" => {
            let uploaded = json!({ "server": 7, "photo": "[{\"photo\":\"x\"}]", "hash": "h4sh", "file": "f1le" });
            return Answer::Json(200, uploaded);
        }
        "users.get" => json!([person(given.get("user_ids").map_or("1", String::as_str))]),
        "messages.send" => json!(100 + count),
        "photos.getMessagesUploadServer" | "docs.getMessagesUploadServer" => {
            json!({ "upload_url": format!("{base}upload") })
        }
        "photos.saveMessagesPhoto" => json!([file]),
        "docs.save" => json!({ "type": "doc", "doc": file }),
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
    })
}
