//! Connecting and disconnecting an account.

use serde_json::{Value, json};

use super::{Outcome, Refusal, ok};
use crate::crm::config::ChannelConfig;
use crate::crm::core::Core;
use crate::crm::exchange::Answer;
use crate::crm::state::Connection;
use crate::crm::strict::Object;

/// `POST {channel_id}/connect`; a second call for a connected account updates its settings.
pub(super) fn connect(core: &Core, body: &Value, channel: &ChannelConfig) -> Outcome {
    let fields = Object::whole(body)?;
    fields.only(&["account_id", "title", "hook_api_version", "is_time_window_disabled"])?;
    let amojo_id = fields.required_text("account_id")?;
    let title = fields.text("title")?.unwrap_or(&channel.title);
    let version = fields.text("hook_api_version")?.unwrap_or("v1");
    let is_time_window_disabled = fields.boolean("is_time_window_disabled")?.unwrap_or(false);
    if !matches!(version, "v1" | "v2") {
        return Err(Refusal::new(400, "hook_api_version must be v1 or v2"));
    }
    if version == "v1" {
        core.problem(format!("{title}: connected with hook_api_version v1, which is dead"));
    }
    let (host, id) = account(core, amojo_id)?;
    // A private channel has a list of approved accounts.
    if !core.read(|state| state.private_channels.get(&channel.id).is_none_or(|list| list.contains(&id))) {
        return Err(Refusal::new(
            403,
            "the channel is private and this account is not in the list of approved accounts",
        ));
    }
    let scope_id = format!("{}_{amojo_id}", channel.id);
    let connection = Connection {
        scope_id: scope_id.clone(),
        title: title.to_owned(),
        hook_api_version: version.to_owned(),
        is_time_window_disabled,
    };
    core.change(|state| state.connections.insert(scope_id.clone(), connection));
    let answer = json!({
        "account_id": amojo_id,
        "scope_id": scope_id,
        "title": title,
        "hook_api_version": version,
        "is_time_window_disabled": is_time_window_disabled,
    });
    Ok(ok(&answer).of_host(&host))
}

/// `DELETE {channel_id}/disconnect`; does nothing for an account that is not connected.
pub(super) fn disconnect(core: &Core, body: &Value, channel: &ChannelConfig) -> Outcome {
    let fields = Object::whole(body)?;
    fields.only(&["account_id"])?;
    let amojo_id = fields.required_text("account_id")?;
    let (host, _) = account(core, amojo_id)?;
    core.change(|state| state.connections.remove(&format!("{}_{amojo_id}", channel.id)));
    Ok(Answer::empty(200).of_host(&host))
}

/// Host and number of an account.
fn account(core: &Core, amojo_id: &str) -> Result<(String, i64), Refusal> {
    let found = core.read(|state| state.account_by_amojo(amojo_id).map(|account| (account.host.clone(), account.id)));
    found.ok_or_else(|| Refusal(400, format!("no account has the amojo id {amojo_id}")))
}
