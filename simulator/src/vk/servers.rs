//! Callback servers (<https://dev.vk.com/api/callback/getting-started>).

use serde_json::{Map, Value, json};

use super::call::{Answered, Asked, Refusal, ensure, refused, wrong};
use super::options::{Community, Server, ServerStatus, State};

const MOST: usize = 10;
/// Maximum characters of a title, and of a secret.
const TITLE: usize = 14;
const SECRET: usize = 50;
/// Kinds of events (`groups.setCallbackSettings` of the schema) that can be subscribed to here.
const KINDS: &str = "message_new message_reply message_allow message_edit message_deny message_typing_state message_read \
    message_event message_reaction_event photo_new audio_new video_new wall_reply_new wall_reply_edit \
    wall_reply_delete wall_reply_restore wall_post_new wall_repost photo_comment_new photo_comment_edit \
    photo_comment_delete photo_comment_restore video_comment_new video_comment_edit video_comment_delete \
    video_comment_restore market_comment_new market_comment_edit market_comment_delete market_comment_restore \
    group_join group_leave user_block user_unblock like_add like_remove";

/// The community of the call, if it is the token's own.
fn own<'a>(state: &'a mut State, asked: &Asked<'_>) -> Result<&'a mut Community, Refusal> {
    let is_own = asked.needed_int("group_id")? == asked.community;
    state.own.communities.get_mut(&asked.community).filter(|_| is_own).ok_or_else(|| refused(15))
}

fn own_server<'a>(state: &'a mut State, asked: &Asked<'_>) -> Result<&'a mut Server, Refusal> {
    let id = asked.needed_int("server_id")?;
    own(state, asked)?.servers.get_mut(&id).ok_or_else(|| refused(104))
}

fn described(id: i64, asked: &Asked<'_>) -> Result<Server, Refusal> {
    let (url, title) = (asked.needed("url")?.to_owned(), asked.needed("title")?.to_owned());
    let secret = asked.text("secret_key").unwrap_or_default().to_owned();
    ensure(url::Url::parse(&url).is_ok(), || wrong("url is invalid"))?;
    ensure(title.chars().count() <= TITLE, || wrong("title should be less than 14 letters"))?;
    let fits = secret.chars().count() <= SECRET && secret.chars().all(|one| one.is_ascii_alphanumeric());
    ensure(fits, || wrong("secret_key is invalid"))?;
    let (status, api_version) = (ServerStatus::Wait, "5.199".to_owned());
    Ok(Server { id, title, url, secret, status, api_version, kinds: Default::default() })
}

/// `groups.getCallbackConfirmationCode`.
pub(super) fn code(state: &mut State, asked: &Asked<'_>) -> Answered {
    Ok(json!({"code": own(state, asked)?.confirmation_code}))
}

/// `groups.getCallbackServers`.
pub(super) fn list(state: &mut State, asked: &Asked<'_>) -> Answered {
    let ids = asked.ints("server_ids");
    let servers = own(state, asked)?.servers.values().filter(|one| ids.is_empty() || ids.contains(&one.id));
    let item = |one: &Server| {
        json!({"id": one.id, "title": one.title, "creator_id": 0, "url": one.url,
        "secret_key": one.secret, "status": one.status})
    };
    let items: Vec<Value> = servers.map(item).collect();
    Ok(json!({"count": items.len(), "items": items}))
}

/// `groups.addCallbackServer`. The server is asked for the confirmation string at once.
pub(super) fn add(state: &mut State, asked: &Asked<'_>) -> Answered {
    let server = described(0, asked)?;
    let owner = own(state, asked)?;
    ensure(owner.servers.len() < MOST, || refused(2000))?;
    owner.last_server += 1;
    let id = owner.last_server;
    owner.servers.insert(id, Server { id, ..server });
    state.ask_confirmation(asked.community, id);
    Ok(json!({"server_id": id}))
}

/// `groups.editCallbackServer`. A new address has to be confirmed again.
pub(super) fn edit(state: &mut State, asked: &Asked<'_>) -> Answered {
    let described = described(0, asked)?;
    let server = own_server(state, asked)?;
    (server.url, server.title, server.secret) = (described.url, described.title, described.secret);
    let id = server.id;
    state.ask_confirmation(asked.community, id);
    Ok(json!(1))
}

/// `groups.deleteCallbackServer`.
pub(super) fn delete(state: &mut State, asked: &Asked<'_>) -> Answered {
    let id = own_server(state, asked)?.id;
    own(state, asked)?.servers.remove(&id);
    Ok(json!(1))
}

/// `groups.getCallbackSettings`.
pub(super) fn settings(state: &mut State, asked: &Asked<'_>) -> Answered {
    let server = own_server(state, asked)?;
    let wanted = |kind: &str| (kind.to_owned(), json!(i32::from(server.kinds.contains(kind))));
    let events: Map<String, Value> = KINDS.split_whitespace().map(wanted).collect();
    Ok(json!({"api_version": server.api_version, "events": events}))
}

/// `groups.setCallbackSettings`: kinds that are not listed stay as they are.
pub(super) fn set_settings(state: &mut State, asked: &Asked<'_>) -> Answered {
    let server = own_server(state, asked)?;
    if let Some(version) = asked.text("api_version") {
        server.api_version = version.to_owned();
    }
    for kind in KINDS.split_whitespace() {
        match asked.text(kind) {
            Some("1" | "true") => server.kinds.insert(kind.to_owned()),
            Some(_) => server.kinds.remove(kind),
            None => false,
        };
    }
    Ok(json!(1))
}
