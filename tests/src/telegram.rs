//! A Telegram source, its bot and the people writing to it.

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use base::clock::Clock;
use serde_json::{Value, json};
use simulator::crm::{HookMessage, Said};
use simulator::telegram::{Customer, MessageView, NewBot, NewPerson, Options, Telegram};

use crate::people::Line;
use crate::{Engine, Place, Setup, World};

/// A Telegram double that uses the world's clock.
pub(crate) async fn start(clock: &Clock) -> Telegram {
    base::http_client::install_crypto_provider();
    let clock = clock.clone();
    let now = Arc::new(move || clock.now());
    Telegram::start(Options { now, ..Options::default() }).await.expect("a Telegram")
}

/// A world with a Telegram.
pub struct TelegramWorld(World);

impl Place for TelegramWorld {
    async fn open(engine: Engine) -> Option<Self> {
        World::start(engine, Setup { telegram: true, ..Setup::default() }).await.map(Self)
    }

    async fn close(self) {
        self.0.close().await;
    }
}

impl Deref for TelegramWorld {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0
    }
}

impl DerefMut for TelegramWorld {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.0
    }
}

/// A source of kind `telegram`, and a person who has a chat with its bot.
#[derive(Clone, Debug)]
pub struct TelegramLine {
    pub line: Line,
    pub bot: i64,
    pub token: String,
    pub person: i64,
}

impl World {
    /// The Telegram of a world that was set up with it.
    pub fn telegram(&self) -> &Telegram {
        self.telegram.as_ref().expect("the world has a Telegram: Setup { telegram: true, .. }")
    }

    /// A Telegram source with these settings besides its token, without any messages yet.
    pub async fn telegram_source(&self, bot: NewBot, settings: Value) -> TelegramLine {
        let bot = self.telegram().add_bot(bot);
        let mut settings = settings;
        settings["bot_token"] = json!(bot.token);
        let line = self.line_of("telegram", &bot.name, &format!("tg-{}", bot.id), settings).await;
        TelegramLine { line, bot: bot.id, token: bot.token, person: 0 }
    }

    /// [`telegram_source`](World::telegram_source) after Maria pressed Start and wrote "Hello", which is in
    /// amoCRM.
    pub async fn telegram_line(&mut self, settings: Value) -> TelegramLine {
        let mut line = self.telegram_source(NewBot::default(), settings).await;
        line.person = self.telegram().add_person(NewPerson::default());
        let maria = self.telegram().customer(line.person, line.bot);
        maria.starts("").expect("Start is pressed");
        maria.writes("Hello").expect("a text");
        self.telegram_arrives().await;
        line
    }

    /// Receives Telegram's updates and delivers them.
    pub async fn telegram_arrives(&mut self) {
        self.telegram().deliver_all().await;
        self.deliver_all().await;
    }
}

impl TelegramLine {
    /// The customer's phone, in the chat with the bot.
    pub fn customer<'world>(&self, world: &'world World) -> Customer<'world> {
        world.telegram().customer(self.person, self.bot)
    }

    /// amojo's id of the customer's chat.
    #[track_caller]
    pub fn chat(&self, world: &World) -> String {
        self.chat_of(world, &self.person.to_string())
    }

    /// amojo's id of a chat by its conversation id.
    #[track_caller]
    pub fn chat_of(&self, world: &World, conversation: &str) -> String {
        self.line.chat(world, conversation)
    }

    /// A manager answers the customer; the hook must be answered with 200.
    pub async fn manager_sends(&self, world: &World, message: HookMessage) -> Said {
        self.manager_sends_to(world, &self.chat(world), message).await
    }

    /// [`manager_sends`](TelegramLine::manager_sends) in any chat.
    pub async fn manager_sends_to(&self, world: &World, chat: &str, message: HookMessage) -> Said {
        self.line.manager_sends_to(world, chat, message).await
    }

    /// Messages of the bot in all chats, in order.
    pub fn sent(&self, world: &World) -> Vec<MessageView> {
        world.telegram().sent(self.bot)
    }

    /// Methods called by the bot after its first `from` calls, in order.
    pub fn methods(&self, world: &World, from: usize) -> Vec<String> {
        world.telegram().calls(self.bot).into_iter().skip(from).map(|call| call.call).collect()
    }

    /// The number of the bot's calls so far.
    pub fn calls(&self, world: &World) -> usize {
        world.telegram().calls(self.bot).len()
    }
}
