//! New communities, people and chats, what goes wrong with them, and what programs made of them.

use serde_json::json;

use super::options::{CHATS, Community, Options, Polling, Server, State, Wants, dialogue, wall};
use super::{acts, files};
use crate::kit::{Dialog, DialogKind, Id, Line, MessageView, NewPerson, Sample, Simulator, Upload};

#[derive(Clone, Debug)]
pub struct NewCommunity {
    pub name: String,
    /// The end of its address, `vk.com/acme`.
    pub screen_name: String,
    /// Rights of its first token.
    pub rights: Vec<&'static str>,
}

impl Default for NewCommunity {
    fn default() -> Self {
        let rights = vec!["messages", "manage", "photos", "docs", "wall"];
        Self { name: "Acme".to_owned(), screen_name: "acme".to_owned(), rights }
    }
}

/// A group chat to create, with a community in it.
#[derive(Clone, Debug)]
pub struct NewChat {
    pub title: String,
    /// The community that takes part.
    pub community: i64,
    pub members: Vec<i64>,
}

#[derive(Clone, Debug)]
pub struct CommunityView {
    /// Positive.
    pub id: i64,
    pub name: String,
    /// The end of its address.
    pub screen_name: String,
    /// Its newest valid token.
    pub token: String,
    /// The string that a new callback server must return.
    pub confirmation_code: String,
}

impl State {
    pub(super) fn add_token(&mut self, community: i64, rights: &[&str]) -> String {
        let token = format!("vk1.a.{}", self.next_hex(64));
        let rights = rights.iter().map(|right| (*right).to_owned()).collect();
        if let Some(known) = self.own.communities.get_mut(&community) {
            known.tokens.push((token.clone(), rights));
        }
        if let Some(line) = self.lines.get_mut(&community.into()) {
            (line.is_revoked, line.token) = (false, token.clone());
        }
        token
    }

    pub(super) fn revoke(&mut self, community: i64) {
        if let Some(known) = self.own.communities.get_mut(&community) {
            known.tokens.clear();
        }
        if let Some(line) = self.lines.get_mut(&community.into()) {
            line.is_revoked = true;
        }
    }
}

impl Simulator<Options> {
    /// Adds a community that has messages and bot capabilities turned on, a post, and a token.
    pub fn add_community(&self, new: NewCommunity) -> CommunityView {
        self.core.change(|state| {
            let id = 223_344_555 + state.next_serial();
            let NewCommunity { name, screen_name, rights } = new;
            let confirmation_code = state.next_hex(8);
            let (line, wall) = (Id::from(id), wall(id));
            let known = Community {
                has_messages: true,
                has_bot: true,
                confirmation_code: confirmation_code.clone(),
                polling: Polling { wants: Wants::first(), ..Polling::default() },
                ..Community::default()
            };
            state.own.communities.insert(id, known);
            let (username, channel) = (screen_name.clone(), DialogKind::Channel);
            state
                .lines
                .insert(line.clone(), Line { id: line.clone(), name: name.clone(), username, ..Line::default() });
            state.dialogs.insert(wall.clone(), Dialog { id: wall, kind: channel, line, ..Dialog::default() });
            // There is a wall, so a post can be added.
            let _added = acts::add_post(state, id, &Id::from("post77"));
            let token = state.add_token(id, &rights);
            CommunityView { id, name, screen_name, token, confirmation_code }
        })
    }

    /// Adds a person with a profile picture; returns their id.
    pub fn add_person(&self, new: NewPerson) -> i64 {
        let id = self.add_person_with(new, |serial| 712_345_677 + serial);
        self.core.change(|state| {
            let Sample { name, mime, bytes } = Sample::PICTURE;
            let upload = Upload { name: name.to_owned(), mime: mime.to_owned(), bytes: bytes.into() };
            let photo = files::keep(state, id, "face", upload);
            if let Some(person) = state.people.get_mut(&id) {
                person.more.insert("photo".to_owned(), json!(photo));
            }
        });
        id
    }

    /// Adds a group chat; returns its `peer_id`.
    pub fn add_chat(&self, new: NewChat) -> i64 {
        self.core.change(|state| {
            let chats = state.dialogs.values().filter(|dialog| dialog.kind == DialogKind::Group).count();
            let peer = CHATS + 1 + i64::try_from(chats).unwrap_or_default();
            let NewChat { title, community, members } = new;
            let settings = json!({"title": title, "members_count": members.len() + 1, "state": "in"});
            let (id, line, kind) = (dialogue(community, peer), community.into(), DialogKind::Group);
            let more = [("chat_settings".to_owned(), settings)].into_iter().collect();
            state.dialogs.insert(id.clone(), Dialog { id, kind, line, title, more, ..Dialog::default() });
            peer
        })
    }

    pub fn add_token(&self, community: i64, rights: &[&str]) -> String {
        self.core.change(|state| state.add_token(community, rights))
    }

    /// Revokes all tokens of a community: calls get error 5.
    pub fn revoke_tokens(&self, community: i64) {
        self.core.change(|state| state.revoke(community));
    }

    /// Turns community messages and bot capabilities on or off; without the latter keyboards get error 912.
    pub fn set_features(&self, community: i64, messages: bool, bot: bool) {
        self.core.change(|state| {
            if let Some(known) = state.own.communities.get_mut(&community) {
                (known.has_messages, known.has_bot) = (messages, bot);
            }
        });
    }

    /// Deletes a person's account: calls get error 18.
    pub fn delete_person(&self, person: i64) {
        self.core.change(|state| state.people.get_mut(&person).map(|person| person.is_deleted = true));
    }

    pub fn community(&self, community: i64) -> Option<CommunityView> {
        self.core.read(|state| {
            let (line, known) = (state.lines.get(&community.into())?, state.own.communities.get(&community)?);
            let token = known.tokens.last().map(|(token, _)| token.clone()).unwrap_or_default();
            let (name, screen_name) = (line.name.clone(), line.username.clone());
            let confirmation_code = known.confirmation_code.clone();
            Some(CommunityView { id: community, name, screen_name, token, confirmation_code })
        })
    }

    pub fn servers(&self, community: i64) -> Vec<Server> {
        self.core.read(|state| {
            let servers = state.own.communities.get(&community).map(|one| one.servers.values().cloned());
            servers.into_iter().flatten().collect()
        })
    }

    /// The messages of a dialogue with a person or in a chat, in order, with what was removed.
    pub fn dialogue(&self, community: i64, peer: i64) -> Vec<MessageView> {
        self.messages_in(dialogue(community, peer))
    }

    /// All comments on what a community published, in order, with what was removed.
    pub fn comments(&self, community: i64) -> Vec<MessageView> {
        self.messages_in(wall(community)).into_iter().filter(|one| one.post.is_some()).collect()
    }
}
