//! Creates bots, people and groups.

use std::collections::{BTreeMap, BTreeSet};

use super::{
    media,
    show::photo_sizes,
    state::{Bot, Group, GroupKind, Person, Role, Updates},
    telegram::Telegram,
    view::BotView,
};

/// A bot as created with BotFather.
#[derive(Clone, Debug)]
pub struct NewBot {
    /// Its id; if taken, the next free number is used.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// Without `@`.
    pub username: String,
    /// Privacy mode is off: it receives all messages in groups.
    pub reads_all: bool,
}

impl Default for NewBot {
    fn default() -> Self {
        Self {
            id: 7_012_345_678,
            name: "Acme Support".to_owned(),
            username: "acme_support_bot".to_owned(),
            reads_all: false,
        }
    }
}

/// A person with a phone.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// The id; if taken, the next free number is used.
    pub id: i64,
    /// The first name, which may be empty.
    pub first_name: String,
    /// The last name.
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

/// A group.
#[derive(Clone, Debug, Default)]
pub struct NewGroup {
    /// Its id, negative; generated if `None`.
    pub id: Option<i64>,
    /// Its title.
    pub title: String,
    /// Its kind.
    pub kind: GroupKind,
    /// Ids of people and bots. Creates no updates about them; `Act::AddBot` adds a bot with its updates.
    pub members: Vec<i64>,
}

impl Telegram {
    /// Creates a bot and its token.
    pub fn add_bot(&self, bot: NewBot) -> BotView {
        self.core.change(|state| {
            let mut id = bot.id;
            while state.bots.contains_key(&id) || state.people.contains_key(&id) {
                id += 1;
            }
            let serial = state.next_serial();
            let made = Bot {
                id,
                token: token(id, serial),
                name: bot.name,
                username: bot.username,
                reads_all: bot.reads_all,
                is_revoked: false,
                logged_out_until: 0,
                webhook: None,
                allowed_updates: None,
                updates: Updates::default(),
                next_update: 845_120_000 + serial * 1_000,
                polls: 0,
                started: BTreeSet::new(),
                blocked: BTreeSet::new(),
                queries: BTreeMap::new(),
                calls: Vec::new(),
                actions: Vec::new(),
                answers: Vec::new(),
                read_marks: Vec::new(),
                commands: serde_json::Value::Array(Vec::new()),
            };
            let view = BotView::of(&made);
            state.bots.insert(id, made);
            view
        })
    }

    /// Creates a person; returns the id.
    pub fn add_person(&self, person: NewPerson) -> i64 {
        self.core.change(|state| {
            let mut id = person.id;
            while state.bots.contains_key(&id) || state.people.contains_key(&id) {
                id += 1;
            }
            let made = Person {
                id,
                first_name: person.first_name,
                last_name: person.last_name,
                username: person.username,
                language_code: person.language_code,
                phone: person.phone,
                is_premium: person.is_premium,
                is_deleted: false,
                forbids_voice: false,
                avatar: None,
            };
            state.people.insert(id, made);
            id
        })
    }

    /// Creates a group; returns the id.
    pub fn add_group(&self, group: NewGroup) -> i64 {
        self.core.change(|state| {
            let serial = state.next_serial();
            let usual = match group.kind {
                GroupKind::Basic => -4_012_345_000 - serial,
                GroupKind::Super | GroupKind::Forum => -1_003_344_556_000 - serial,
            };
            let id = group.id.unwrap_or(usual);
            let (bots, members): (Vec<i64>, Vec<i64>) =
                group.members.iter().partition(|member| state.bots.contains_key(member));
            let made = Group {
                id,
                title: group.title,
                kind: group.kind,
                username: None,
                members: members.into_iter().collect(),
                bots: bots.into_iter().map(|bot| (bot, Role::Member)).collect(),
                migrated_to: None,
                topics: BTreeSet::new(),
                closed_topics: BTreeSet::new(),
                is_deleted: false,
                is_open: true,
            };
            state.groups.insert(id, made);
            id
        })
    }

    /// Sets or removes a person's picture.
    pub fn set_avatar(&self, person: i64, on: bool) {
        self.core.change(|state| {
            let sizes = on.then(|| photo_sizes(state, &media::thumbnail(), 320, 200));
            if let Some(person) = state.people.get_mut(&person) {
                person.avatar = sizes;
            }
        });
    }
}

/// `<bot id>:<35 characters>`.
pub(crate) fn token(bot: i64, serial: i64) -> String {
    format!("{bot}:AAF{:032x}", (bot.unsigned_abs() % 1_000_003) * 7_919 + serial.unsigned_abs())
}
