//! Callback servers (<https://dev.vk.com/api/callback/getting-started>).

use serde_json::{Map, Value, json};

use super::{
    answer::{Answer, Refusal, refused, wrong},
    params::Params,
};
use crate::vk::state::{Community, Server, ServerStatus, State};

/// Maximum servers of a community.
const MOST: usize = 10;
/// Maximum characters of a title, and of a secret.
const TITLE: usize = 14;
const SECRET: usize = 50;

/// Kinds of events (`groups.setCallbackSettings` of the schema) that this double supports.
const KINDS: [&str; 36] = [
    "message_new",
    "message_reply",
    "message_allow",
    "message_edit",
    "message_deny",
    "message_typing_state",
    "message_read",
    "message_event",
    "message_reaction_event",
    "photo_new",
    "audio_new",
    "video_new",
    "wall_reply_new",
    "wall_reply_edit",
    "wall_reply_delete",
    "wall_reply_restore",
    "wall_post_new",
    "wall_repost",
    "photo_comment_new",
    "photo_comment_edit",
    "photo_comment_delete",
    "photo_comment_restore",
    "video_comment_new",
    "video_comment_edit",
    "video_comment_delete",
    "video_comment_restore",
    "market_comment_new",
    "market_comment_edit",
    "market_comment_delete",
    "market_comment_restore",
    "group_join",
    "group_leave",
    "user_block",
    "user_unblock",
    "like_add",
    "like_remove",
];

/// The community in the call, if it is the token's own.
fn own<'a>(state: &'a mut State, community: i64, params: &Params) -> Result<&'a mut Community, Refusal> {
    if params.needed_int("group_id")? != community {
        return Err(refused(15));
    }
    state.communities.get_mut(&community).ok_or_else(|| refused(15))
}

fn own_server<'a>(state: &'a mut State, community: i64, params: &Params) -> Result<&'a mut Server, Refusal> {
    let id = params.needed_int("server_id")?;
    own(state, community, params)?.servers.get_mut(&id).ok_or_else(|| refused(104))
}

fn checked(params: &Params) -> Result<(String, String, String), Refusal> {
    let (url, title) = (params.needed("url")?, params.needed("title")?);
    let secret = params.text("secret_key").unwrap_or_default();
    if url::Url::parse(url).is_err() {
        return Err(wrong("url is invalid"));
    }
    if title.chars().count() > TITLE {
        return Err(wrong("title should be less than 14 letters"));
    }
    if secret.chars().count() > SECRET || !secret.chars().all(|one| one.is_ascii_alphanumeric()) {
        return Err(wrong("secret_key is invalid"));
    }
    Ok((url.to_owned(), title.to_owned(), secret.to_owned()))
}

/// `groups.getCallbackConfirmationCode`.
pub(super) fn code(state: &mut State, community: i64, params: &Params) -> Answer {
    Ok(json!({"code": own(state, community, params)?.confirmation_code}))
}

/// `groups.getCallbackServers`.
pub(super) fn list(state: &mut State, community: i64, params: &Params) -> Answer {
    let ids = params.ints("server_ids");
    let servers = own(state, community, params)?.servers.values();
    let items: Vec<Value> = servers
        .filter(|one| ids.is_empty() || ids.contains(&one.id))
        .map(|one| {
            json!({"id": one.id, "title": one.title, "creator_id": 0, "url": one.url, "secret_key": one.secret,
                "status": one.status.word()})
        })
        .collect();
    Ok(json!({"count": items.len(), "items": items}))
}

/// `groups.addCallbackServer`. The server is asked for the confirmation string at once.
pub(super) fn add(state: &mut State, community: i64, params: &Params) -> Answer {
    let (url, title, secret) = checked(params)?;
    let owner = own(state, community, params)?;
    if owner.servers.len() >= MOST {
        return Err(refused(2000));
    }
    owner.last_server += 1;
    let id = owner.last_server;
    let status = ServerStatus::Unconfigured;
    let api_version = "5.199".to_owned();
    owner.servers.insert(id, Server { id, title, url, secret, status, api_version, kinds: Default::default() });
    state.ask_confirmation(community, id);
    Ok(json!({"server_id": id}))
}

/// `groups.editCallbackServer`. A new address has to be confirmed again.
pub(super) fn edit(state: &mut State, community: i64, params: &Params) -> Answer {
    let (url, title, secret) = checked(params)?;
    let server = own_server(state, community, params)?;
    (server.url, server.title, server.secret) = (url, title, secret);
    let id = server.id;
    state.ask_confirmation(community, id);
    Ok(json!(1))
}

/// `groups.deleteCallbackServer`.
pub(super) fn delete(state: &mut State, community: i64, params: &Params) -> Answer {
    let id = own_server(state, community, params)?.id;
    own(state, community, params)?.servers.remove(&id);
    Ok(json!(1))
}

/// `groups.getCallbackSettings`.
pub(super) fn settings(state: &mut State, community: i64, params: &Params) -> Answer {
    let server = own_server(state, community, params)?;
    let state_of = |kind: &str| (kind.to_owned(), json!(i32::from(server.kinds.contains(kind))));
    let events: Map<String, Value> = KINDS.iter().map(|kind| state_of(kind)).collect();
    Ok(json!({"api_version": server.api_version, "events": events}))
}

/// `groups.setCallbackSettings`: kinds that are not listed stay as they are.
pub(super) fn set_settings(state: &mut State, community: i64, params: &Params) -> Answer {
    let server = own_server(state, community, params)?;
    if let Some(version) = params.text("api_version") {
        server.api_version = version.to_owned();
    }
    for kind in KINDS {
        match params.text(kind) {
            Some("1" | "true") => server.kinds.insert(kind.to_owned()),
            Some(_) => server.kinds.remove(kind),
            None => false,
        };
    }
    Ok(json!(1))
}
