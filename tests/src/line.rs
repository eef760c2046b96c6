//! A source of any kind, and managers who answer its customers.

use serde_json::{Value, json};
use simulator::crm::{HookMessage, Said};

use crate::World;
use crate::api::Reply;
use crate::people::Line;
use crate::settings::{CHANNEL_ID, HOST};

impl World {
    /// Asks for a source of this kind in the default account, which is installed first.
    pub async fn asks_for_source(&self, kind: &str, name: &str, external_id: &str, settings: Value) -> Reply {
        if self.tenant(HOST).await.is_none() {
            self.owner(HOST).installs_in_a_browser().await.is(200);
        }
        let tenant_id = self.active(HOST).await;
        let body = json!({ "kind": kind, "name": name, "external_id": external_id, "settings": settings });
        self.api.post(&format!("/api/v1/tenants/{tenant_id}/sources"), &body).await
    }

    /// A working source of this kind in the default account.
    pub async fn line_of(&self, kind: &str, name: &str, external_id: &str, settings: Value) -> Line {
        let made = self.asks_for_source(kind, name, external_id, settings).await.is(201);
        Line {
            host: HOST.to_owned(),
            tenant_id: made.text_at("/tenant_id").parse().expect("a tenant's id is a UUID"),
            source_id: made.text_at("/id").parse().expect("a source's id is a UUID"),
            external_id: external_id.to_owned(),
            scope_id: format!("{CHANNEL_ID}_{}", self.sandbox.add_account(HOST).amojo_id),
            webhook_secret: String::new(),
        }
    }
}

impl Line {
    /// amojo's id of a chat, by the messenger's id of the conversation.
    #[track_caller]
    pub fn chat(&self, world: &World, conversation: &str) -> String {
        let conversation = self.crm_conversation(conversation);
        let chats = world.sandbox.chats(&self.host);
        let found = chats.into_iter().find(|chat| chat.conversation_id.as_deref() == Some(&conversation));
        found.unwrap_or_else(|| panic!("amoCRM has no such chat: {conversation}")).id
    }

    /// A manager writes in a conversation; the hook must be answered with 200.
    pub async fn manager_sends(&self, world: &World, conversation: &str, message: HookMessage) -> Said {
        self.manager_sends_to(world, &self.chat(world, conversation), message).await
    }

    /// [`manager_sends`](Line::manager_sends) in a chat by amojo's id.
    pub async fn manager_sends_to(&self, world: &World, chat: &str, message: HookMessage) -> Said {
        let sent = world.sandbox.manager_sends(&self.host, chat, message).await.expect("amoCRM sends the hook");
        assert_eq!(sent.answer.status, Some(200), "{:?}", sent.answer);
        sent
    }
}
