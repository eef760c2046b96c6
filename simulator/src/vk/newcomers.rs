//! New communities, people and chats.

use std::collections::BTreeSet;

use super::{
    state::{CHATS, Chat, Community, Dialogue, Person, Stored, Token},
    view::CommunityView,
    vk::Vk,
};

/// A community to create.
#[derive(Clone, Debug)]
pub struct NewCommunity {
    /// Its name.
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

/// A person to create.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// First name.
    pub first_name: String,
    /// Last name.
    pub last_name: String,
    /// Whether they have a profile picture.
    pub has_photo: bool,
}

impl Default for NewPerson {
    fn default() -> Self {
        Self { first_name: "Maria".to_owned(), last_name: "Kovaleva".to_owned(), has_photo: true }
    }
}

/// A group chat to create, with a community in it.
#[derive(Clone, Debug)]
pub struct NewChat {
    /// Its title.
    pub title: String,
    /// The community that takes part.
    pub community: i64,
    /// The people in it.
    pub members: Vec<i64>,
}

impl Vk {
    /// Adds a community that has messages and bot capabilities turned on, and a token.
    pub fn add_community(&self, new: NewCommunity) -> CommunityView {
        self.core.change(|state| {
            let id = 223_344_555 + state.next_serial();
            let value = format!("vk1.a.{}", state.next_hex(64));
            let rights = new.rights.iter().map(|right| (*right).to_owned()).collect();
            let community = Community {
                id,
                name: new.name,
                screen_name: new.screen_name,
                tokens: vec![Token { value, rights, is_revoked: false }],
                has_messages: true,
                has_bot: true,
                confirmation_code: state.next_hex(8),
                servers: Default::default(),
                last_server: 0,
                allowed: BTreeSet::new(),
                blacklist: BTreeSet::new(),
                last_message: 9_000,
                activities: Vec::new(),
                answers: Vec::new(),
            };
            let view = CommunityView::of(&community);
            state.communities.insert(id, community);
            view
        })
    }

    /// Adds a person; returns their id.
    pub fn add_person(&self, new: NewPerson) -> i64 {
        self.core.change(|state| {
            let id = 712_345_677 + state.next_serial();
            let photo = new.has_photo.then(|| {
                let key = state.next_hex(24);
                let bytes = bytes::Bytes::from_static(include_bytes!("../../assets/samples/picture.jpg"));
                let (kind, name, mime) = ("face".to_owned(), "face.jpg".to_owned(), "image/jpeg".to_owned());
                state.files.stored.insert(key.clone(), Stored { kind, name, mime, bytes, is_lost: false });
                key
            });
            let (first_name, last_name) = (new.first_name, new.last_name);
            let person = Person { id, first_name, last_name, screen_name: None, photo, is_deleted: false };
            state.people.insert(id, person);
            id
        })
    }

    /// Adds a group chat; returns its `peer_id`.
    pub fn add_chat(&self, new: NewChat) -> i64 {
        self.core.change(|state| {
            let peer_id = CHATS + 1 + i64::try_from(state.chats.len()).unwrap_or_default();
            let chat = Chat { title: new.title, members: new.members.into_iter().collect() };
            state.chats.insert(peer_id, chat);
            state.dialogues.insert((new.community, peer_id), Dialogue::default());
            peer_id
        })
    }

    /// Adds a token with these rights to a community.
    pub fn add_token(&self, community: i64, rights: &[&str]) -> String {
        self.core.change(|state| {
            let value = format!("vk1.a.{}", state.next_hex(64));
            let rights = rights.iter().map(|right| (*right).to_owned()).collect();
            if let Some(community) = state.communities.get_mut(&community) {
                community.tokens.push(Token { value: value.clone(), rights, is_revoked: false });
            }
            value
        })
    }

    /// Revokes all tokens of a community: calls get error 5.
    pub fn revoke_tokens(&self, community: i64) {
        self.core.change(|state| state.revoke(community));
    }

    /// Turns community messages and bot capabilities on or off; without the latter keyboards get error 912.
    pub fn set_features(&self, community: i64, messages: bool, bot: bool) {
        self.core.change(|state| {
            if let Some(community) = state.communities.get_mut(&community) {
                (community.has_messages, community.has_bot) = (messages, bot);
            }
        });
    }

    /// Deletes a person's account: calls get error 18.
    pub fn delete_person(&self, person: i64) {
        self.core.change(|state| {
            if let Some(person) = state.people.get_mut(&person) {
                person.is_deleted = true;
            }
        });
    }

    /// Makes all files answer 404.
    pub fn lose_files(&self) {
        self.core.change(|state| state.files.stored.values_mut().for_each(|file| file.is_lost = true));
    }
}

impl super::state::State {
    pub(crate) fn revoke(&mut self, community: i64) {
        if let Some(community) = self.communities.get_mut(&community) {
            community.tokens.iter_mut().for_each(|token| token.is_revoked = true);
        }
    }
}
