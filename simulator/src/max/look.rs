//! Inspection of the state, and waiting for changes.

use super::max::Max;
use super::sender;
use super::state::{Bot, CallView};
use super::view::{AnswerView, BotView, MessageView, SubscriptionView, UpdateView};

impl Max {
    fn of_bot<T: Default>(&self, bot: i64, look: impl FnOnce(&Bot) -> T) -> T {
        self.core.read(|state| state.bots.get(&bot).map(look)).unwrap_or_default()
    }

    /// All bots.
    pub fn bots(&self) -> Vec<BotView> {
        self.core.read(|state| state.bots.values().map(BotView::of).collect())
    }

    /// Messages and comments of a bot in all chats, in order, including removed ones.
    pub fn sent(&self, bot: i64) -> Vec<MessageView> {
        self.core.read(|state| {
            let of_bot = state.messages.iter().filter(|message| message.sender == Some(bot));
            of_bot.map(|message| MessageView::of(state, message)).collect()
        })
    }

    /// A message by its `mid`, also if it was removed.
    pub fn message(&self, mid: &str) -> Option<MessageView> {
        self.core.read(|state| {
            let found = state.messages.iter().find(|message| message.mid == mid)?;
            Some(MessageView::of(state, found))
        })
    }

    /// The id of the dialog of a person and a bot.
    pub fn dialog(&self, bot: i64, person: i64) -> i64 {
        self.core.change(|state| state.dialog(bot, person))
    }

    /// All calls with a token of this bot, in order.
    pub fn calls(&self, bot: i64) -> Vec<CallView> {
        self.of_bot(bot, |bot| bot.calls.clone())
    }

    /// Chat actions that were sent: chat and action.
    pub fn actions(&self, bot: i64) -> Vec<(i64, String)> {
        self.of_bot(bot, |bot| bot.actions.iter().map(|(chat, action, _)| (*chat, action.clone())).collect())
    }

    /// Answered presses, in order.
    pub fn answers(&self, bot: i64) -> Vec<AnswerView> {
        let view = |one: &super::state::Answer| AnswerView {
            callback_id: one.callback_id.clone(),
            notification: one.notification.clone(),
        };
        self.of_bot(bot, |bot| bot.answers.iter().map(view).collect())
    }

    /// The webhooks of a bot.
    pub fn subscriptions(&self, bot: i64) -> Vec<SubscriptionView> {
        self.of_bot(bot, |bot| bot.subscriptions.iter().map(SubscriptionView::of).collect())
    }

    /// All updates ever created for the webhooks of a bot.
    pub fn updates(&self, bot: i64) -> Vec<UpdateView> {
        self.of_bot(bot, |bot| bot.updates.iter().map(UpdateView::of).collect())
    }

    /// Returns when no update is due.
    pub async fn deliver_all(&self) {
        sender::deliver(&self.core).await;
    }

    /// Re-reads the clock after a test moved it.
    pub fn tick(&self) {
        self.core.touch();
    }
}
