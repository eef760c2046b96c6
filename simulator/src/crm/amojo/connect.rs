//! Connecting and disconnecting an account.

use serde_json::json;

use super::{Outcome, Refusal, ok, parsed, problem};
use crate::crm::{
    config::ChannelConfig,
    core::Core,
    exchange::{Answer, Incoming},
    state::Connection,
    strict::Object,
};

/// `POST {channel_id}/connect`; a second call for a connected account updates its settings.
pub(super) fn connect(core: &Core, request: &Incoming, channel: &ChannelConfig) -> Outcome {
    let body = parsed(request)?;
    let fields = Object::whole(&body)?;
    fields.only(&["account_id", "title", "hook_api_version", "is_time_window_disabled"])?;
    let amojo_id = fields.required_text("account_id")?;
    let title = fields.text("title")?.unwrap_or(&channel.title);
    let version = fields.text("hook_api_version")?.unwrap_or("v1");
    let disabled = fields.boolean("is_time_window_disabled")?.unwrap_or(false);
    if !matches!(version, "v1" | "v2") {
        return Err(Refusal(400, "hook_api_version must be v1 or v2".to_owned()));
    }
    if version == "v1" {
        problem(core, format!("{title}: connected with hook_api_version v1, which is dead"));
    }
    let host = host_of(core, amojo_id)?;
    if !allowed(core, channel, &host) {
        let words = "the channel is private and this account is not in the list of approved accounts";
        return Err(Refusal(403, words.to_owned()));
    }
    let scope_id = format!("{}_{amojo_id}", channel.id);
    core.change(|state| {
        state.connections.insert(
            scope_id.clone(),
            Connection {
                channel_id: channel.id.clone(),
                amojo_id: amojo_id.to_owned(),
                title: title.to_owned(),
                hook_version: version.to_owned(),
                window_disabled: disabled,
            },
        );
    });
    let answer = ok(&json!({
        "account_id": amojo_id,
        "scope_id": scope_id,
        "title": title,
        "hook_api_version": version,
        "is_time_window_disabled": disabled,
    }));
    Ok(answer.of_host(Some(&host)))
}

/// `DELETE {channel_id}/disconnect`; does nothing for an account that is not connected.
pub(super) fn disconnect(core: &Core, request: &Incoming, channel: &ChannelConfig) -> Outcome {
    let body = parsed(request)?;
    let fields = Object::whole(&body)?;
    fields.only(&["account_id"])?;
    let amojo_id = fields.required_text("account_id")?;
    let host = host_of(core, amojo_id)?;
    core.change(|state| state.connections.remove(&format!("{}_{amojo_id}", channel.id)));
    Ok(Answer::empty(200).of_host(Some(&host)))
}

/// Whether the account may connect: a private channel has a list of approved accounts.
fn allowed(core: &Core, channel: &ChannelConfig, host: &str) -> bool {
    core.read(|state| {
        let id = state.accounts.get(host).map(|account| account.id);
        state.private_channels.get(&channel.id).is_none_or(|list| id.is_some_and(|id| list.contains(&id)))
    })
}

fn host_of(core: &Core, amojo_id: &str) -> Result<String, Refusal> {
    core.read(|state| state.account_by_amojo(amojo_id).map(|account| account.host.clone()))
        .ok_or_else(|| Refusal(400, format!("no account has the amojo id {amojo_id}")))
}
