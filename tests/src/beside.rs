//! A world beside a simulated messenger, which the server calls.

use std::ops::{Deref, DerefMut};
use std::sync::{Arc, OnceLock};

use base::clock::Clock;
use base::config::Config;
use serde_json::{Value, json};
use simulator::crm::{HookMessage, Said};
use simulator::telegram::{Customer, MessageView, NewBot, NewPerson, Options, Telegram};
use url::Url;

use crate::people::Line;
use crate::{Engine, Place, Setup, World};

/// A simulated messenger that can run beside a world.
pub trait Simulated: Send + Sync + Sized + 'static {
    /// Starts it with the world's clock.
    fn start(clock: Clock) -> impl Future<Output = Self> + Send;

    /// Its address.
    fn address(&self) -> &str;

    /// Enters its address into the configuration.
    fn enters(config: &mut Config, address: Url);

    /// Ends when it has nothing more to report.
    fn reports_all(&self) -> impl Future<Output = ()> + Send {
        async {}
    }
}

/// A world, and the messenger beside it.
pub struct Beside<M> {
    world: World,
    pub messenger: Arc<M>,
}

impl<M: Simulated> Beside<M> {
    /// [`World::start`] beside the messenger.
    pub async fn start(engine: Engine, setup: Setup) -> Option<Self> {
        let started: Arc<OnceLock<Arc<M>>> = Arc::default();
        let others = {
            let started = started.clone();
            async move |clock: Clock| {
                base::http_client::install_crypto_provider();
                let messenger = Arc::new(M::start(clock).await);
                let address: Url = messenger.address().parse().expect("an address");
                drop(started.set(messenger));
                move |config: &mut Config| M::enters(config, address.clone())
            }
        };
        let world = World::start_beside(engine, setup, others).await?;
        let messenger = started.get().expect("the world has started it").clone();
        Some(Self { world, messenger })
    }
}

impl<M: Simulated> Place for Beside<M> {
    async fn open(engine: Engine) -> Option<Self> {
        Self::start(engine, Setup::default()).await
    }

    async fn close(mut self) {
        if !self.world.allowed.letters {
            // Nothing the world does tells when a phone reports the last message.
            self.messenger.reports_all().await;
            self.world.deliver_all().await;
        }
        self.world.close().await;
    }
}

impl<M> Deref for Beside<M> {
    type Target = World;

    fn deref(&self) -> &World {
        &self.world
    }
}

impl<M> DerefMut for Beside<M> {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.world
    }
}

macro_rules! simulated {
    ($($module:ident::$messenger:ident, |$config:ident, $address:ident| $enters:expr;)*) => {$(
        impl Simulated for simulator::$module::$messenger {
            async fn start(clock: Clock) -> Self {
                let now = Arc::new(move || clock.now());
                let options = simulator::$module::Options { now };
                Self::start(options).await.expect("a messenger")
            }

            fn address(&self) -> &str {
                self.base_url()
            }

            fn enters($config: &mut Config, $address: Url) {
                $enters
            }

            async fn reports_all(&self) {
                self.deliver_all().await;
            }
        }
    )*};
}

simulated! {
    avito::Avito, |config, address| config.avito.api_url = address;
    max::Max, |config, address| config.max.api_url = address;
    meta::Meta, |config, address| {
        config.instagram.api_url = address.clone();
        config.facebook.api_url = address;
    };
    telegram::Telegram, |config, address| config.telegram.api_url = address;
    vk::Vk, |config, address| config.vk.api_url = address;
    whatsapp::WhatsApp, |config, address| config.whatsapp.api_url = address;
}

// A Telegram source, its bot and the people writing to it.

/// A Telegram double that uses the world's clock.
pub(crate) async fn start(clock: &Clock) -> Telegram {
    base::http_client::install_crypto_provider();
    let clock = clock.clone();
    let now = Arc::new(move || clock.now());
    Telegram::start(Options { now }).await.expect("a Telegram")
}

crate::world_of!(
    /// A world with a Telegram.
    TelegramWorld: Setup { telegram: true, ..Setup::default() }
);

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
