//! Events for callback servers, which answer `ok` (<https://dev.vk.com/api/callback/getting-started>).
//!
//! VK publishes neither the number nor the duration of retries; these numbers are ours.

use serde_json::{Value, json};

use super::json;
use super::options::{Server, ServerStatus, State, peer};
use crate::kit::{Author, Hook, HookState, Id, Post, Reply};

/// Attempts after which an event is dropped and its server is disabled.
const MOST: u32 = 12;

/// Events that a long poll keeps.
const KEPT: usize = 1_000;

/// Milliseconds until the next attempt: 5, 10, 20 … seconds, up to ten minutes.
pub(super) fn wait(attempts: u32) -> Option<i64> {
    let seconds = 5_i64.checked_shl(attempts.saturating_sub(1)).unwrap_or(i64::MAX);
    (attempts < MOST).then(|| seconds.min(600) * 1_000)
}

/// An event for a server; those of one peer are sent in order.
fn hook(community: i64, server: &Server, peer: i64, mut body: Value, now: i64) -> Hook {
    (body["group_id"], body["v"]) = (json!(community), json!(server.wants.api_version));
    if !server.secret.is_empty() {
        body["secret"] = json!(server.secret);
    }
    Hook {
        line: community.into(),
        target: format!("{community}/{}", server.id),
        lane: peer.to_string(),
        kind: body["type"].as_str().unwrap_or_default().to_owned(),
        body,
        made_at: now,
        due_at: now,
        ..Hook::default()
    }
}

fn server_id(hook: &Hook) -> i64 {
    hook.target.rsplit('/').next().and_then(|id| id.parse().ok()).unwrap_or_default()
}

impl State {
    /// Queues an event for the long poll and every confirmed server of a community that are subscribed to its kind.
    pub(super) fn publish(&mut self, community: i64, kind: &str, peer: i64, object: &Value) {
        let body = json!({"type": kind, "event_id": self.next_hex(40), "object": object});
        let Some(known) = self.own.communities.get_mut(&community) else { return };
        let wants = |one: &&Server| one.status == ServerStatus::Ok && one.wants.kinds.contains(kind);
        for server in known.servers.values().filter(wants) {
            self.outbox.push(hook(community, server, peer, body.clone(), self.now));
        }
        let polling = &mut known.polling;
        if polling.is_on && polling.wants.kinds.contains(kind) {
            let mut event = body;
            (event["group_id"], event["v"]) = (json!(community), json!(polling.wants.api_version));
            polling.events.push(event);
            let over = polling.events.len().saturating_sub(KEPT);
            polling.events.drain(..over);
            polling.forgotten += over;
        }
    }

    /// Queues the request for the confirmation string.
    pub(super) fn ask_confirmation(&mut self, community: i64, server: i64) {
        let servers = self.own.communities.get_mut(&community).map(|one| &mut one.servers);
        let Some(known) = servers.and_then(|servers| servers.get_mut(&server)) else { return };
        known.status = ServerStatus::Wait;
        let body = json!({"type": "confirmation", "event_id": ""});
        self.outbox.push(hook(community, known, 0, body, self.now));
    }

    /// Queues the event about a message or a comment that was written or edited.
    pub(super) fn publish_message(&mut self, dialog: &Id, message: &Id, is_edit: bool) {
        let found = self.dialog(dialog).and_then(|dialog| Some((dialog, dialog.message(message)?)));
        let Some((dialog, message)) = found else { return };
        let shown = json::message(self, dialog, message);
        let (community, peer) = (dialog.line.number(), peer(dialog));
        if let Some((thing, _)) = message.post.as_ref().and_then(json::thing) {
            let kind = format!("{}_{}", thing.event, if is_edit { "edit" } else { "new" });
            return self.publish(community, &kind, peer, &shown);
        }
        match (is_edit, message.author) {
            (true, _) => self.publish(community, "message_edit", peer, &shown),
            (false, Author::Person(_)) => {
                let actions = ["text", "vkpay", "open_app", "location", "open_link", "callback"];
                let client = json!({"button_actions": actions, "keyboard": true, "inline_keyboard": true,
                    "carousel": true, "lang_id": 0});
                self.publish(community, "message_new", peer, &json!({"message": shown, "client_info": client}));
            }
            _ => self.publish(community, "message_reply", peer, &shown),
        }
    }
}

pub(super) fn post(state: &State, hook: &Hook) -> Option<Post> {
    let server = state.own.communities.get(&hook.line.number())?.servers.get(&server_id(hook))?;
    let mut headers = vec![("content-type", "application/json".to_owned())];
    if hook.attempts > 0 {
        headers.push(("x-retry-counter", hook.attempts.to_string()));
    }
    Some(Post { url: server.url.clone(), headers, body: hook.body.to_string() })
}

/// What follows from a server's answer, beside repeating the event.
pub(super) fn settled(state: &mut State, at: usize, reply: &Reply) {
    let (now, Some(hook)) = (state.now, state.outbox.all.get_mut(at)) else { return };
    let Some(community) = state.own.communities.get_mut(&hook.line.number()) else { return };
    let status = if hook.kind == "confirmation" {
        // Requested once; the API or the page requests it again.
        let is_confirmed = reply.status == Some(200) && reply.text == community.confirmation_code;
        hook.state = if is_confirmed { HookState::Delivered } else { HookState::Dropped };
        Some(if is_confirmed { ServerStatus::Ok } else { ServerStatus::Failed })
    } else {
        if !matches!(reply.status, Some(410 | 429 | 503)) {
            // `Retry-After` of other answers is ignored.
            hook.due_at = now + wait(hook.attempts).unwrap_or_default();
        }
        (hook.state == HookState::Dropped).then_some(ServerStatus::Failed)
    };
    if let (Some(status), Some(server)) = (status, community.servers.get_mut(&server_id(hook))) {
        server.status = status;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::vk::options::Community;

    #[test]
    fn only_some_answers_may_ask_to_wait() {
        for (status, due_at) in [(503, 60_000), (500, 5_000)] {
            let mut state = State::default();
            state.own.communities.insert(7, Community::default());
            state.outbox.push(Hook { line: 7.into(), attempts: 1, due_at: 60_000, ..Hook::default() });
            settled(&mut state, 0, &Reply { status: Some(status), retry_after: Some(60), ..Reply::default() });
            assert_eq!(state.outbox.all[0].due_at, due_at, "{status}");
        }
    }
}
