//! New bots, people and groups, and what goes wrong with them; what tests and programs see of a bot.

use anyhow::Result;
use serde_json::{Map, Value, json};

use super::hook;
use super::options::{Bot, Group, GroupKind, Options, Role, Telegram as State};
use crate::kit::{
    Act, Content, Customer, Dialog, DialogKind, Id, Line, LineView as BotView, Person, Sample, Simulator, Verb,
};

/// A bot as created with BotFather.
#[derive(Clone, Debug)]
pub struct NewBot {
    /// Its id; if taken, the next free number is used.
    pub id: i64,
    pub name: String,
    /// Without `@`.
    pub username: String,
}

impl Default for NewBot {
    fn default() -> Self {
        Self { id: 7_012_345_678, name: "Acme Support".to_owned(), username: "acme_support_bot".to_owned() }
    }
}

/// A person with a phone.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The id; if taken, the next free number is used.
    pub id: i64,
    /// The first name, which may be empty.
    pub first_name: String,
    pub last_name: Option<String>,
    /// Without `@`.
    pub username: Option<String>,
    /// `ru`, `en`, …
    pub language_code: Option<String>,
    /// The number as Telegram writes it, without `+`.
    pub phone: String,
    /// Has Telegram Premium.
    pub is_premium: bool,
}

impl Default for NewPerson {
    fn default() -> Self {
        Self {
            id: 5_512_345_678,
            first_name: "Maria".to_owned(),
            last_name: Some("Kovaleva".to_owned()),
            username: Some("maria_kov".to_owned()),
            language_code: Some("ru".to_owned()),
            phone: "79990001122".to_owned(),
            is_premium: false,
        }
    }
}

#[derive(Clone, Debug, Default)]
pub struct NewGroup {
    /// Its id, negative; generated if `None`.
    pub id: Option<i64>,
    pub title: String,
    pub kind: GroupKind,
    /// Ids of people and bots. Creates no updates about them; the act `add_bot` adds a bot with its updates.
    pub members: Vec<i64>,
}

#[derive(Clone, Debug)]
pub struct WebhookView {
    pub url: String,
    /// `secret_token`.
    pub secret: Option<String>,
    /// Concurrent connections.
    pub max_connections: i64,
    /// `None`: Telegram's default.
    pub allowed_updates: Option<Vec<String>>,
    /// Waiting updates.
    pub pending: usize,
    /// `last_error_message`.
    pub last_error: Option<String>,
}

impl Simulator<Options> {
    pub fn add_bot(&self, new: NewBot) -> BotView {
        self.core.change(|state| {
            let number = state.free(new.id);
            let (id, serial) = (Id::from(number), state.next_serial());
            let (token, name, username) = (token(number, serial), new.name, new.username);
            let line = Line { id: id.clone(), token, name, username, ..Line::default() };
            let view = BotView::of(&line);
            let next_update = 845_120_000 + serial * 1_000;
            let own = Bot { next_update, max_connections: 40, ..Bot::default() };
            state.own.bots.insert(id.clone(), own);
            state.lines.insert(id, line);
            view
        })
    }

    /// Creates a person; returns the id.
    pub fn add_person(&self, new: NewPerson) -> i64 {
        self.core.change(|state| {
            let id = state.free(new.id);
            let mut more = Map::new();
            if let Some(code) = new.language_code {
                more.insert("language_code".to_owned(), json!(code));
            }
            if new.is_premium {
                more.insert("is_premium".to_owned(), json!(true));
            }
            let last_name = new.last_name.unwrap_or_default();
            let NewPerson { first_name, username, phone, .. } = new;
            state.people.insert(id, Person { id, first_name, last_name, username, phone, is_deleted: false, more });
            id
        })
    }

    /// Creates a group; returns the id.
    pub fn add_group(&self, new: NewGroup) -> i64 {
        self.core.change(|state| {
            let serial = state.next_serial();
            let usual = match new.kind {
                GroupKind::Basic => -4_012_345_000 - serial,
                GroupKind::Super | GroupKind::Forum => -1_003_344_556_000 - serial,
            };
            let number = new.id.unwrap_or(usual);
            let (bots, members): (Vec<i64>, Vec<i64>) =
                new.members.into_iter().partition(|member| state.lines.contains_key(&Id::from(*member)));
            let (id, line) = (Id::from(number), bots.first().copied().map(Id::from).unwrap_or_default());
            let bots = bots.into_iter().map(|bot| (Id::from(bot), Role::Member)).collect();
            let members = members.into_iter().collect();
            state.own.groups.insert(id.clone(), Group { kind: new.kind, members, bots, ..Group::default() });
            let (kind, title) = (DialogKind::Group, new.title);
            state.dialogs.insert(id.clone(), Dialog { id, kind, line, title, ..Dialog::default() });
            number
        })
    }

    pub fn member(&self, person: i64, group: i64) -> Customer<'_, Options> {
        self.customer(person, "").at("group", group)
    }

    /// A person in a topic of a group; an unknown topic is created.
    pub fn in_topic(&self, person: i64, group: i64, thread: i64) -> Customer<'_, Options> {
        self.customer(person, "").at("topic", json!([group, thread]))
    }

    /// A person in the personal chat with another one.
    pub fn correspondent(&self, person: i64, other: i64) -> Customer<'_, Options> {
        self.customer(person, "").at("person", other)
    }

    /// Changes or removes a person's username.
    pub fn set_username(&self, person: i64, username: Option<&str>) {
        self.core.change(|state| {
            if let Some(person) = state.people.get_mut(&person) {
                person.username = username.map(str::to_owned);
            }
        });
    }

    /// Sets or removes a person's picture.
    pub fn set_avatar(&self, person: i64, on: bool) {
        self.core.change(|state| {
            let bytes = bytes::Bytes::from_static(Sample::THUMBNAIL.bytes);
            let sizes = on.then(|| state.photo(&bytes));
            if let Some(person) = state.people.get_mut(&person) {
                person.more.remove("avatar");
                person.more.extend(sizes.map(|sizes| ("avatar".to_owned(), sizes)));
            }
        });
    }

    /// Another service with the token calls setWebhook.
    pub fn hijack_webhook(&self, bot: i64, url: &str) {
        self.core.change(|state| hook::replace(state, &bot.into(), url.to_owned(), None));
    }

    /// Invalidates the token: calls get 401.
    pub fn revoke_token(&self, bot: i64) {
        self.core.change(|state| state.lines.get_mut(&Id::from(bot)).map(|line| line.is_revoked = true));
    }

    /// Issues another token, as BotFather does; calls with the old one get 401.
    pub fn renew_token(&self, bot: i64) -> String {
        self.core.change(|state| state.renew(&bot.into()))
    }

    /// Adds an update to a bot's queue unchanged; returns its `update_id`, which is generated if missing.
    pub fn inject(&self, bot: i64, update: Value) -> Result<i64> {
        self.core.change(|state| state.inject(&bot.into(), update))
    }

    pub fn bots(&self) -> Vec<BotView> {
        self.core.read(|state| state.lines.values().map(BotView::of).collect())
    }

    /// Messages marked by readBusinessMessage: chat and message.
    pub fn read_marks(&self, bot: i64) -> Vec<(i64, i64)> {
        self.core.read(|state| state.own.bots.get(&Id::from(bot)).map(|bot| bot.read_marks.clone()).unwrap_or_default())
    }

    /// The webhook of a bot, if one is set.
    pub fn webhook(&self, bot: i64) -> Option<WebhookView> {
        let bot = Id::from(bot);
        self.core.read(|state| {
            let (webhook, own) = (hook::of(state, &bot)?, state.own.bots.get(&bot)?);
            Some(WebhookView {
                url: webhook.url.clone(),
                secret: webhook.secret.clone(),
                max_connections: own.max_connections,
                allowed_updates: own.allowed.clone(),
                pending: hook::pending(state, &bot),
                last_error: own.last_error.as_ref().map(|(_, words)| words.clone()),
            })
        })
    }
}

impl Customer<'_, Options> {
    /// Sends 2 to 10 files as an album; returns their ids.
    pub fn sends_album(&self, items: Vec<Content>) -> Result<Vec<i64>> {
        let album = |act: Act| Act { name: "album".to_owned(), contents: items, ..act };
        self.does(Verb::Own, album).map(|done| done.messages.iter().map(Id::number).collect())
    }
}

impl State {
    /// This number, or the next that neither a bot nor a person has.
    fn free(&self, wanted: i64) -> i64 {
        let is_free = |id: &i64| !self.lines.contains_key(&Id::from(*id)) && !self.people.contains_key(id);
        (wanted..).find(is_free).unwrap_or(wanted)
    }

    pub(super) fn renew(&mut self, bot: &Id) -> String {
        let serial = self.next_serial();
        let Some(line) = self.lines.get_mut(bot) else { return String::new() };
        (line.is_revoked, line.token) = (false, token(bot.number(), serial));
        line.token.clone()
    }
}

/// `<bot id>:<35 characters>`.
fn token(bot: i64, serial: i64) -> String {
    format!("{bot}:AAF{:032x}", (bot.unsigned_abs() % 1_000_003) * 7_919 + serial.unsigned_abs())
}
