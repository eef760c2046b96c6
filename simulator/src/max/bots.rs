//! New bots, people, groups and channels, and what goes wrong with them.

use super::acts;
use super::options::{Max as State, Options};
use crate::kit::{Dialog, DialogKind, Id, Line, LineView as BotView, NewPerson, Simulator, Subscription};

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

fn token(serial: i64) -> String {
    format!("f9LHodD0cO{serial}{}", "L-max-token-of-a-bot".repeat(2))
}

impl State {
    /// Gives a bot another token; the old one is not valid any more.
    pub(super) fn renew(&mut self, bot: &Id) {
        let token = token(self.next_serial());
        if let Some(line) = self.lines.get_mut(bot) {
            (line.is_revoked, line.token) = (false, token);
        }
    }
}

impl Simulator<Options> {
    pub fn add_bot(&self, new: NewBot) -> BotView {
        self.core.change(|state| {
            let serial = state.next_serial();
            let (id, NewBot { name, username }) = (70_010 + serial, new);
            let line = Line { id: id.into(), token: token(serial), name, username, ..Line::default() };
            let view = BotView::of(&line);
            state.lines.insert(id.into(), line);
            view
        })
    }

    /// Creates a person; returns the `user_id`.
    pub fn add_person(&self, new: NewPerson) -> i64 {
        self.add_person_with(new, |serial| 91_234_560 + serial)
    }

    /// Creates a group with a bot as its administrator; returns the `chat_id`.
    pub fn add_group(&self, bot: i64, title: &str) -> i64 {
        self.add_room(bot, title, DialogKind::Group)
    }

    /// Creates a channel with a bot as its administrator; returns the `chat_id`.
    pub fn add_channel(&self, bot: i64, title: &str) -> i64 {
        self.add_room(bot, title, DialogKind::Channel)
    }

    fn add_room(&self, bot: i64, title: &str, kind: DialogKind) -> i64 {
        self.core.change(|state| {
            let number = -70_000_000_000_000 - state.next_serial();
            let id = Id::from(number);
            let title = title.to_owned();
            state.dialogs.insert(id.clone(), Dialog { id, kind, line: bot.into(), title, ..Dialog::default() });
            number
        })
    }

    pub fn dialog(&self, bot: i64, person: i64) -> i64 {
        self.core.change(|state| acts::dialog(state, &bot.into(), person)).number()
    }

    /// Another service with the token replaces all webhooks by its own.
    pub fn hijack_webhook(&self, bot: i64, url: &str) {
        self.core.change(|state| state.hijack(&bot.into(), url));
    }

    /// Invalidates the token: calls get 401.
    pub fn revoke_token(&self, bot: i64) {
        self.core.change(|state| state.lines.get_mut(&Id::from(bot)).map(|line| line.is_revoked = true));
    }
}

impl State {
    pub(super) fn hijack(&mut self, bot: &Id, url: &str) {
        let (url, since) = (url.to_owned(), self.now);
        if let Some(line) = self.lines.get_mut(bot) {
            line.subscriptions = vec![Subscription { url, since, ..Subscription::default() }];
        }
    }
}
