//! A channel's abilities as agreed with support, and the length limits of the Chats API. The API reports neither, so
//! both are configured here.

/// The registered abilities of a channel. By default all are on, without a time window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Abilities {
    /// Managers may open a chat by a phone number.
    pub write_first: bool,
    /// Seconds after the customer's latest message in which managers may answer; `None` without a window.
    pub time_window_seconds: Option<u32>,
    /// After the window the card offers only templates (only on `.com`).
    pub templates_after_window: bool,
    /// The reactions managers may set; only these are sent as hooks.
    pub reactions: Reactions,
    /// Managers may quote.
    pub quotes: bool,
    /// Managers may forward.
    pub forwards: bool,
    /// Managers may record voice messages.
    pub voice: bool,
    /// "The manager is typing" is sent as a hook.
    pub typing_hooks: bool,
}

/// The reactions of a channel.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reactions {
    /// None at all.
    Off,
    /// Any emoji.
    All,
    /// These emoji.
    Only(Vec<String>),
}

impl Default for Abilities {
    fn default() -> Self {
        Self {
            write_first: true,
            time_window_seconds: None,
            templates_after_window: false,
            reactions: Reactions::All,
            quotes: true,
            forwards: true,
            voice: true,
            typing_hooks: true,
        }
    }
}

impl Abilities {
    /// Whether this emoji may be set.
    pub(crate) fn allow(&self, emoji: &str) -> bool {
        match &self.reactions {
            Reactions::Off => false,
            Reactions::All => true,
            Reactions::Only(list) => list.iter().any(|one| one == emoji),
        }
    }
}

/// Maximum lengths of fields of the Chats API, in characters. The documents give no figures: these are ours, and a
/// longer field is refused with 400.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Lengths {
    /// `msgid`, `conversation_id`, ids of participants.
    pub id: usize,
    /// Names of participants.
    pub name: usize,
    /// Text of a message.
    pub text: usize,
}

impl Default for Lengths {
    fn default() -> Self {
        Self { id: 255, name: 255, text: 65_536 }
    }
}
