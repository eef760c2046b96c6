//! Callback servers (<https://dev.vk.com/api/callback/getting-started>), and the long poll
//! (<https://dev.vk.com/api/bots-long-poll/getting-started>).

use serde_json::{Map, Value, json};

use super::call::{Answered, Asked, Refusal, ensure, param, refused, wrong};
use super::options::{Community, Options, Server, ServerStatus, State, Wants};
use crate::kit::{Answer, Call, Core};

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
    Ok(Server { id, title, url, secret, status: ServerStatus::Wait, wants: Wants::first() })
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

impl Wants {
    pub(super) fn first() -> Self {
        Self { api_version: "5.199".to_owned(), kinds: Default::default() }
    }

    fn shown(&self) -> Value {
        let wanted = |kind: &str| (kind.to_owned(), json!(i32::from(self.kinds.contains(kind))));
        let events: Map<String, Value> = KINDS.split_whitespace().map(wanted).collect();
        json!({"api_version": self.api_version, "events": events})
    }

    /// Kinds that are not listed stay as they are.
    fn set(&mut self, asked: &Asked<'_>) -> Answered {
        if let Some(version) = asked.text("api_version") {
            version.clone_into(&mut self.api_version);
        }
        for kind in KINDS.split_whitespace() {
            match asked.text(kind) {
                Some("1" | "true") => self.kinds.insert(kind.to_owned()),
                Some(_) => self.kinds.remove(kind),
                None => false,
            };
        }
        Ok(json!(1))
    }
}

/// `groups.getCallbackSettings`.
pub(super) fn settings(state: &mut State, asked: &Asked<'_>) -> Answered {
    Ok(own_server(state, asked)?.wants.shown())
}

/// `groups.setCallbackSettings`.
pub(super) fn set_settings(state: &mut State, asked: &Asked<'_>) -> Answered {
    own_server(state, asked)?.wants.set(asked)
}

/// `groups.getLongPollSettings`.
pub(super) fn poll_settings(state: &mut State, asked: &Asked<'_>) -> Answered {
    let polling = &own(state, asked)?.polling;
    let mut shown = polling.wants.shown();
    shown["is_enabled"] = json!(polling.is_on);
    Ok(shown)
}

/// `groups.setLongPollSettings`.
pub(super) fn set_poll_settings(state: &mut State, asked: &Asked<'_>) -> Answered {
    let polling = &mut own(state, asked)?.polling;
    if asked.text("enabled").is_some() {
        polling.is_on = asked.flag("enabled");
    }
    polling.wants.set(asked)
}

/// `groups.getLongPollServer`: a new key, with which older ones end.
pub(super) fn poll_server(state: &mut State, asked: &Asked<'_>) -> Answered {
    let (key, server) = (state.next_hex(40), format!("{}/whp/{}", state.base, asked.community));
    let polling = &mut own(state, asked)?.polling;
    ensure(polling.is_on, || wrong("longpoll for this group is not enabled"))?;
    polling.key.clone_from(&key);
    Ok(json!({"key": key, "server": server, "ts": (polling.forgotten + polling.events.len()).to_string()}))
}

/// `act=a_check` of a long poll: waits up to `wait` seconds for events behind `ts`.
pub(super) async fn check(core: &Core<Options>, community: &str, call: &Call) -> Answer {
    let seconds = param(call, "wait").and_then(|wait| wait.parse().ok()).unwrap_or(25);
    let found = core.poll(seconds, |state| behind(state, community, call)).await;
    let nothing = || json!({"ts": param(call, "ts"), "updates": []});
    Answer::json(200, &found.map_or_else(|failed| failed, |found| found.unwrap_or_else(nothing)))
}

/// The events behind `ts`, if there are any. An error has VK's number: 1 with a new `ts` where they are not kept, 2 where
/// the key is over.
fn behind(state: &State, community: &str, call: &Call) -> Result<Option<Value>, Value> {
    let known = community.parse().ok().and_then(|id: i64| state.own.communities.get(&id)).map(|one| &one.polling);
    let valid = known.filter(|one| one.is_on && param(call, "key") == Some(&one.key));
    let polling = valid.ok_or_else(|| json!({"failed": 2}))?;
    let next = polling.forgotten + polling.events.len();
    let at = param(call, "ts").and_then(|ts| ts.parse::<usize>().ok()?.checked_sub(polling.forgotten));
    let events =
        at.and_then(|at| polling.events.get(at..)).ok_or_else(|| json!({"failed": 1, "ts": next.to_string()}))?;
    Ok((!events.is_empty()).then(|| json!({"ts": next.to_string(), "updates": events})))
}
