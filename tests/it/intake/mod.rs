//! What messengers report, and by which ways their calls come in, with a messenger that has all of them.

mod app;
mod events;
mod lost_answers;
mod odd_texts;
mod pigeon;
mod quarantine;
mod regular;
mod ways;

use std::ops::{Deref, DerefMut};
use std::sync::Arc;

use connectors::Connector;
use entity::message;
use parom_tests::{Engine, Line, Place, Setup, World, client};
use pigeon::Pigeon;
use reqwest::{Method, StatusCode};
use serde_json::{Value, json};
use simulator::crm::HookMessage;

/// A world with the kinds `pigeon` and `dove`, whose secret is in its address.
pub struct PigeonWorld(World);

impl Place for PigeonWorld {
    async fn open(engine: Engine) -> Option<Self> {
        let setup = Setup {
            connectors: || {
                let all = [("pigeon", false), ("dove", true)];
                all.map(|(kind, secret_in_path)| -> Arc<dyn Connector> {
                    Arc::new(Pigeon { kind, secret_in_path, has_lost: Default::default() })
                })
                .into()
            },
            change: |config| {
                config.integrations[0].channels[0].connectors.extend(["pigeon", "dove"].map(str::to_owned));
            },
            ..Setup::default()
        };
        World::start(engine, setup).await.map(Self)
    }

    async fn close(self) {
        self.0.close().await;
    }
}

impl Deref for PigeonWorld {
    type Target = World;

    fn deref(&self) -> &World {
        &self.0
    }
}

impl DerefMut for PigeonWorld {
    fn deref_mut(&mut self) -> &mut World {
        &mut self.0
    }
}

impl PigeonWorld {
    /// A source for this line of pigeons.
    async fn pigeons(&self, line: &str) -> Line {
        self.line_of("pigeon", line, line, json!({ "line": line })).await
    }

    /// Calls an address of the server; status and body of the answer.
    async fn calls(
        &self,
        method: Method,
        path: &str,
        key: &str,
        body: impl Into<reqwest::Body>,
    ) -> (StatusCode, String) {
        let url = format!("{}{path}", self.app().public_url());
        let answer = client().request(method, url).header("pigeon-key", key).body(body).send().await.unwrap();
        (answer.status(), answer.text().await.unwrap())
    }

    /// The messenger reports these events of a line.
    async fn reports(&self, line: &Line, events: Value) {
        let path = format!("/hooks/pigeon/{}", line.source_id);
        let (status, said) = self.calls(Method::POST, &path, "of the line", events.to_string()).await;
        assert_eq!((status.as_u16(), said.as_str()), (200, "coo"));
    }

    /// Anna writes, and amoCRM knows her.
    async fn chatting(&mut self) -> Line {
        let line = self.pigeons("one").await;
        self.reports(&line, json!([{ "wrote": { "id": "hello", "chat": "anna", "text": "Hello" } }])).await;
        self.deliver_all().await;
        line
    }

    /// A manager answers Anna; our message.
    async fn answers(&mut self, line: &Line, text: &str) -> message::Model {
        line.manager_sends(self, "anna", HookMessage::text(text)).await;
        self.deliver_all().await;
        self.messages().await.pop().expect("the answer")
    }

    /// A message as it is now.
    async fn now(&self, known: &message::Model) -> message::Model {
        self.messages().await.into_iter().find(|message| message.id == known.id).expect("the message")
    }
}
