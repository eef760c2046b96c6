//! The Graph API of the unit tests: messages succeed, as `mid-1`, `mid-2`, …; profiles and posts always exist.

use base::config::Config;
use base::http_client::HttpClients;
use serde_json::{Value, json};
use url::Url;

use super::Meta;
use crate::fake::{Answer, Call, Fake, Messenger};

const GRAPH: Messenger = Messenger {
    root: "/v26.0/",
    always: profile_or_post,
    usual: |_, calls| {
        let (count, is_read) = (calls.len(), calls.last().unwrap().method == "GET");
        let done = json!({ "recipient_id": "6600000000000001", "message_id": format!("mid-{count}"), "id": format!("c{count}"), "success": true });
        Answer::Json(200, if is_read { json!({ "data": [] }) } else { done })
    },
};

/// `answers`: to calls that change something.
pub async fn start(answers: impl IntoIterator<Item = Answer>) -> Fake {
    let fake = Fake::start(GRAPH, []).await;
    answers.into_iter().for_each(|answer| fake.answers("POST ", answer));
    fake
}

/// Sets the answers to the next reads, except those of profiles and posts.
pub fn reads(fake: &Fake, answers: impl IntoIterator<Item = Value>) {
    answers.into_iter().for_each(|answer| fake.next("GET ", 200, answer));
}

/// A refusal in Graph's form.
pub fn refused(code: u32, subcode: u32, message: &str) -> Answer {
    let error = json!({ "message": message, "type": "OAuthException", "code": code, "error_subcode": subcode });
    Answer::Json(400, json!({ "error": error }))
}

/// The address of a server that refuses every connection.
pub fn nowhere() -> Url {
    Url::parse("http://127.0.0.1:1").unwrap()
}

/// Connectors of both kinds that use the server at this address. `vendor`: with the vendor's app.
pub fn connectors(base: &Url, vendor: bool) -> (Meta, Meta) {
    let app = "app_id = \"1517776481860111\"\napp_secret = \"vendor-secret\"\nverify_token = \"vendor-vt\"\n";
    let app = if vendor { app } else { "" };
    let section = |name: &str| format!("[{name}]\napi_url = \"{base}\"\n{app}");
    let network = "[network]\nallow_private = [\"127.0.0.1/32\"]";
    let config = Config::from_toml(&format!("{network}\n{}{}", section("instagram"), section("facebook"))).unwrap();
    let http = HttpClients::new(&config.network).unwrap();
    (crate::instagram::connector(&http, &config), crate::facebook::connector(&http, &config))
}

fn profile_or_post(call: &Call) -> Option<Value> {
    let (path, query) = (call.path.split('?').next()?, call.query());
    let is_account = ["me", "me/accounts", "17841400000000001", "104000000000001"].contains(&path);
    if call.method != "GET" {
        None
    } else if query.contains("permalink_url") {
        Some(json!({ "permalink_url": "https://www.facebook.com/900", "message": "Roses" }))
    } else if query.contains("permalink") {
        let permalink = "https://www.instagram.com/p/C1/";
        Some(json!({ "permalink": permalink, "caption": "Roses", "username": "acme_flowers" }))
    } else if query.contains("username") && !is_account || query.contains("first_name") {
        Some(json!({ "name": "Anna Kim", "username": "anna_k", "first_name": "Anna", "last_name": "Kim" }))
    } else {
        None
    }
}
