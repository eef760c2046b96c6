//! Inspection of the state, and waiting for changes.

use std::time::Duration;

use chrono::{DateTime, Utc};

use super::{
    sender,
    state::{Bot, CallView, Place},
    telegram::Telegram,
    view::{AnswerView, BotView, MessageView, UpdateView, WebhookView},
};

impl Telegram {
    fn of_bot<T>(&self, bot: i64, look: impl FnOnce(&Bot) -> T) -> Option<T> {
        self.core.read(|state| state.bots.get(&bot).map(look))
    }

    /// All bots.
    pub fn bots(&self) -> Vec<BotView> {
        self.core.read(|state| state.bots.values().map(BotView::of).collect())
    }

    /// Messages sent by a bot in all chats, in order, including deleted ones.
    pub fn sent(&self, bot: i64) -> Vec<MessageView> {
        self.core.read(|state| {
            let of_bot = state.sent.iter().filter(|(by, ..)| *by == bot);
            let found = of_bot.filter_map(|(_, place, id)| {
                let message = state.chats.get(place)?.message(*id)?;
                Some(MessageView::of(state, bot, place, message))
            });
            found.collect()
        })
    }

    /// The messages of one chat as a bot knows them, including deleted ones.
    pub fn history(&self, bot: i64, chat: i64) -> Vec<MessageView> {
        self.core.read(|state| {
            let places: Vec<Place> = state.places(bot, chat);
            let all = places.iter().filter_map(|place| Some((place, state.chats.get(place)?)));
            let view = |(place, chat): (&Place, &super::state::Conversation)| {
                let view = |message| MessageView::of(state, bot, place, message);
                chat.messages.iter().map(view).collect::<Vec<_>>()
            };
            all.flat_map(view).collect()
        })
    }

    /// All Bot API calls with a token of this bot, in order.
    pub fn calls(&self, bot: i64) -> Vec<CallView> {
        self.of_bot(bot, |bot| bot.calls.clone()).unwrap_or_default()
    }

    /// Chat actions that were sent: chat and action.
    pub fn actions(&self, bot: i64) -> Vec<(i64, String)> {
        let plain = |bot: &Bot| bot.actions.iter().map(|(chat, action, _)| (*chat, action.clone())).collect();
        self.of_bot(bot, plain).unwrap_or_default()
    }

    /// Answered callback queries, in order.
    pub fn answers(&self, bot: i64) -> Vec<AnswerView> {
        let view = |one: &super::state::Answer| AnswerView {
            id: one.id.clone(),
            text: one.text.clone(),
            show_alert: one.show_alert,
        };
        self.of_bot(bot, |bot| bot.answers.iter().map(view).collect()).unwrap_or_default()
    }

    /// Messages marked by readBusinessMessage: chat and message.
    pub fn read_marks(&self, bot: i64) -> Vec<(i64, i64)> {
        self.of_bot(bot, |bot| bot.read_marks.clone()).unwrap_or_default()
    }

    /// The webhook of a bot, if one is set.
    pub fn webhook(&self, bot: i64) -> Option<WebhookView> {
        self.of_bot(bot, |bot| {
            let webhook = bot.webhook.as_ref()?;
            Some(WebhookView {
                url: webhook.url.clone(),
                secret: webhook.secret.clone(),
                max_connections: webhook.max_connections,
                allowed_updates: bot.allowed_updates.clone(),
                pending: bot.updates.waiting_count(),
                last_error: webhook.last_error.as_ref().map(|(_, words)| words.clone()),
            })
        })?
    }

    /// All updates ever created for a bot.
    pub fn updates(&self, bot: i64) -> Vec<UpdateView> {
        self.of_bot(bot, |bot| bot.updates.all().iter().map(UpdateView::of).collect()).unwrap_or_default()
    }

    fn attempts(&self) -> u32 {
        self.core
            .read(|state| state.bots.values().flat_map(|bot| bot.updates.all()).map(|update| update.attempts).sum())
    }

    /// Returns when no update for a webhook is due or in progress; returns the number of updates sent meanwhile,
    /// including retries. Updates that are due later, held or late keep waiting.
    pub async fn deliver_all(&self) -> usize {
        let before = self.attempts();
        self.core.settle(|| !sender::is_busy(&self.core)).await;
        usize::try_from(self.attempts() - before).unwrap_or_default()
    }

    /// Evaluates `what` now and after every change until it returns a value or the time limit has passed. It never
    /// polls.
    pub async fn wait_for<T>(&self, what: impl Fn(&Telegram) -> Option<T>, limit: Duration) -> Option<T> {
        self.core.wait_for(limit, || what(self)).await
    }

    /// Pauses the sender of updates; false resumes it.
    pub fn hold_updates(&self, hold: bool) {
        self.core.hold(hold);
    }

    /// Re-reads the clock after a test moved it.
    pub fn tick(&self) {
        self.core.touch();
    }

    /// When the next waiting update of a webhook is sent.
    pub fn next_due(&self) -> Option<DateTime<Utc>> {
        let millis = self.core.read(|state| state.bots.values().filter_map(sender::next_due).min())?;
        DateTime::from_timestamp_millis(millis)
    }
}
