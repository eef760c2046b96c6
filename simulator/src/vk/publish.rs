//! Creates events for each callback server that is subscribed to them.

use serde_json::{Value, json};

use super::state::{Event, EventState, Message, ServerStatus, State};

impl State {
    /// Queues an event for every confirmed server of a community that is subscribed to its kind.
    pub(crate) fn publish(&mut self, community: i64, kind: &str, peer: i64, object: Value) {
        let event_id = self.next_hex(40);
        let Some(owner) = self.communities.get(&community) else { return };
        let wanted = owner.servers.values().filter(|one| one.status == ServerStatus::Ok && one.kinds.contains(kind));
        for server in wanted {
            let mut body = json!({
                "group_id": community, "type": kind, "event_id": event_id, "v": server.api_version, "object": object,
            });
            if !server.secret.is_empty() {
                body["secret"] = json!(server.secret);
            }
            self.events.0.push(event((community, server.id), kind, peer, body, self.now));
        }
    }

    /// Queues the request for the confirmation string.
    pub(crate) fn ask_confirmation(&mut self, community: i64, server: i64) {
        let Some(known) = self.communities.get_mut(&community).and_then(|one| one.servers.get_mut(&server)) else {
            return;
        };
        known.status = ServerStatus::Wait;
        let mut body = json!({"type": "confirmation", "group_id": community, "event_id": "", "v": known.api_version});
        if !known.secret.is_empty() {
            body["secret"] = json!(known.secret);
        }
        self.events.0.push(event((community, server), "confirmation", 0, body, self.now));
    }

    /// Queues the event about a message that a person or the community wrote or changed.
    pub(crate) fn publish_message(&mut self, community: i64, peer: i64, message: &Message, is_edit: bool) {
        let shown = self.message_json(community, peer, message);
        match (is_edit, message.from_id == -community) {
            (true, _) => self.publish(community, "message_edit", peer, shown),
            (false, true) => self.publish(community, "message_reply", peer, shown),
            (false, false) => {
                let actions = ["text", "vkpay", "open_app", "location", "open_link", "callback"];
                let client = json!({"button_actions": actions, "keyboard": true, "inline_keyboard": true,
                    "carousel": true, "lang_id": 0});
                self.publish(community, "message_new", peer, json!({"message": shown, "client_info": client}));
            }
        }
    }
}

fn event((community, server): (i64, i64), kind: &str, peer: i64, body: Value, now: i64) -> Event {
    Event {
        community,
        server,
        kind: kind.to_owned(),
        body,
        peer,
        due_at: now,
        attempts: 0,
        state: EventState::Waiting,
        last_answer: None,
        is_on_its_way: false,
        is_looked_at: false,
    }
}
