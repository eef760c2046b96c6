//! The other side of hooks: shows the requests in their order.

use serde_json::Value;

use crate::crm::caller::{HOST, World, text};
use crate::stage;

/// Hooks as they arrive.
pub struct Receiver {
    hook: stage::Receiver,
    seen: usize,
}

/// Takes the world's hooks from now on.
pub async fn receive(world: &World) -> Receiver {
    let hook = stage::Receiver::start();
    world.sandbox.set_parom_url(&hook.url);
    Receiver { hook, seen: 0 }
}

impl Receiver {
    /// The next hook, whole.
    pub async fn whole(&mut self) -> Value {
        self.seen += 1;
        self.hook.call(self.seen - 1).await.json
    }

    /// The inner message of the next hook.
    pub async fn message(&mut self) -> Value {
        self.whole().await["message"]["message"].take()
    }

    /// Whether nothing more has come.
    pub fn is_empty(&self) -> bool {
        self.hook.calls().len() == self.seen
    }
}

/// A connected world with a chat, whose hooks arrive.
pub struct Talk {
    pub world: World,
    pub hooks: Receiver,
    /// Amojo ids of the chat, and of its first message.
    pub chat: String,
    pub first: String,
}

impl Talk {
    pub async fn begin(words: &str) -> Self {
        let world = World::connected().await;
        world.message(text("m-1", words)).await;
        let hooks = receive(&world).await;
        let chat = world.sandbox.chats(HOST).remove(0).id;
        let first = world.sandbox.messages(HOST).remove(0).id;
        Self { world, hooks, chat, first }
    }
}
