//! New bots, people, groups and channels.

use super::max::Max;
use super::state::{Bot, Person, Room, RoomKind};
use super::view::BotView;

/// A bot to create.
#[derive(Clone, Debug)]
pub struct NewBot {
    pub name: String,
    /// Without `@`.
    pub username: String,
}

impl Default for NewBot {
    fn default() -> Self {
        Self { name: "Acme".to_owned(), username: "acme_support_bot".to_owned() }
    }
}

/// A person to create.
#[derive(Clone, Debug)]
pub struct NewPerson {
    pub first_name: String,
    pub last_name: String,
    pub username: Option<String>,
    /// Digits with the country code.
    pub phone: String,
}

impl Default for NewPerson {
    fn default() -> Self {
        Self {
            first_name: "Maria".to_owned(),
            last_name: "Kovaleva".to_owned(),
            username: Some("maria_kov".to_owned()),
            phone: "79990000000".to_owned(),
        }
    }
}

impl Max {
    /// Creates a bot with a token.
    pub fn add_bot(&self, new: NewBot) -> BotView {
        self.core.change(|state| {
            let serial = state.next_serial();
            let id = 70_010 + serial;
            let token = format!("f9LHodD0cO{serial}{}", "L-max-token-of-a-bot".repeat(2));
            let bot = Bot { id, token, name: new.name, username: new.username, ..Bot::default() };
            let view = BotView::of(&bot);
            state.bots.insert(id, bot);
            view
        })
    }

    /// Creates a person; returns the `user_id`.
    pub fn add_person(&self, new: NewPerson) -> i64 {
        self.core.change(|state| {
            let id = 91_234_560 + state.next_serial();
            let NewPerson { first_name, last_name, username, phone } = new;
            state.people.insert(id, Person { id, first_name, last_name, username, phone });
            id
        })
    }

    /// Creates a group with a bot as its administrator; returns the `chat_id`.
    pub fn add_group(&self, bot: i64, title: &str) -> i64 {
        self.add_room(bot, title, RoomKind::Group)
    }

    /// Creates a channel with a bot as its administrator; returns the `chat_id`.
    pub fn add_channel(&self, bot: i64, title: &str) -> i64 {
        self.add_room(bot, title, RoomKind::Channel)
    }

    fn add_room(&self, bot: i64, title: &str, kind: RoomKind) -> i64 {
        self.core.change(|state| {
            let id = -70_000_000_000_000 - state.next_serial();
            state.rooms.insert(id, Room { title: title.to_owned(), kind, bot });
            id
        })
    }
}
