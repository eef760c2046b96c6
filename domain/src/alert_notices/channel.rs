//! The ways by which alerts reach people and programs.

/// A way; its name on pages is `alerts-channel-{word}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    Email,
    /// A chat with the vendor's bot.
    Chat,
    /// Notifications of the browsers in which the person switched them on.
    Push,
    /// The account's own program.
    Webhook,
}

impl Channel {
    /// Those of a person.
    pub const OF_PEOPLE: [Self; 3] = [Self::Email, Self::Chat, Self::Push];

    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Email => "email",
            Self::Chat => "chat",
            Self::Push => "push",
            Self::Webhook => "webhook",
        }
    }

    /// Parses a stored word.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Email, Self::Chat, Self::Push, Self::Webhook].into_iter().find(|channel| channel.as_str() == word)
    }
}
