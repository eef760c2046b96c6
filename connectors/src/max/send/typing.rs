//! Typing.

use base::verdict::{Report, Taken};
use reqwest::Method;
use serde::de::IgnoredAny;
use serde_json::json;

use super::SendContext;
use super::judge::judge;
use crate::max::api::Call;
use crate::max::ids::Place;

/// Shows typing for some seconds. Comments have nothing like it.
pub(super) async fn send(context: &SendContext<'_>) -> Report {
    let Place::Chat(chat) = context.place else { return Report::done(0, Taken::default()) };
    let (chat, body) = (chat.to_string(), json!({ "action": "typing_on" }));
    let path = ["chats", chat.as_str(), "actions"];
    let call = Call { method: Method::POST, path: &path, query: &[], body: Some(&body) };
    match context.api.call::<IgnoredAny>(context.token, call).await {
        Ok(_) => Report::done(200, Taken::default()),
        Err(failed) => judge(context, &failed).report,
    }
}
