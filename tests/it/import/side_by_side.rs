//! Imports of several accounts: a messenger that does not answer delays no import of another account.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use base::error::FieldError;
use base::i18n::{LocalizedText, Words};
use base::verdict::Report;
use chrono::{DateTime, Utc};
use connectors::poll::HistoryPage;
use connectors::{Abilities, Connector, Denied, Field, Outgoing, Settings, Setup as ConnectorSetup};
use parom::import::RunningSteps;
use parom_tests::{Engine, Place, Setup, World};
use serde_json::{Value, json};
use tokio::io::AsyncReadExt;
use tokio::net::{TcpListener, TcpStream};

use super::messenger::{asks, page_of};
use super::{import_of, sends, texts};

/// A messenger that takes the question for its history and never answers: the question lasts as long as the connection.
#[derive(Default)]
struct Silent(toy::Toy);

#[async_trait]
impl Connector for Silent {
    fn kind(&self) -> &'static str {
        self.0.kind()
    }

    fn abilities(&self) -> &'static Abilities {
        self.0.abilities()
    }

    fn fields(&self) -> &'static [Field] {
        self.0.fields()
    }

    fn setup(&self, settings: Value) -> Result<ConnectorSetup, Vec<FieldError>> {
        self.0.setup(settings)
    }

    async fn send(&self, settings: &Settings, outgoing: &Outgoing) -> Report {
        self.0.send(settings, outgoing).await
    }

    fn has_history(&self) -> bool {
        true
    }

    async fn history(
        &self,
        settings: &Settings,
        _since: DateTime<Utc>,
        _page: Option<&str>,
        _words: Words,
    ) -> Result<HistoryPage, Denied> {
        let address = settings.public["url"].as_str().unwrap().trim_start_matches("http://");
        let mut asked = TcpStream::connect(address).await.unwrap();
        let _closed = asked.read(&mut [0]).await;
        Err(Denied::Away(LocalizedText::new("said-no-answer-in-time")))
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_messenger_that_does_not_answer_delays_no_other_account() {
    let setup = Setup {
        connectors: || vec![Arc::new(Silent::default())],
        change: |config| config.integrations[0].channels[0].connectors.push("toy".to_owned()),
        ..Setup::default()
    };
    let Some(mut world) = World::start(Engine::Sqlite, setup).await else { return };
    let messenger = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", messenger.local_addr().unwrap());
    let silent = world.line_of("toy", "Silent", "silent", json!({ "url": url, "token": "any" })).await;
    let visitor = world.panel(silent.tenant_id).await;
    let history = asks(&visitor, &silent).await;
    let other = world.line_at("other.amocrm.ru", "support").await;
    let file = sends(&world, &other, "", texts("anna", 3)).await.is(202).text_at("/id");

    let mut steps = RunningSteps::new(world.app().usage.clone());
    assert_eq!(steps.start().await, 2);
    let (question, _) = messenger.accept().await.unwrap();
    // Of all that ends from here on, nothing is the silent messenger's: it is still being asked.
    assert!(steps.ended().await);
    while import_of(&world, &file).await["status"] != "done" {
        world.advance(Duration::from_secs(1));
        if steps.start().await > 0 {
            assert!(steps.ended().await);
        }
        world.deliver_all().await;
    }
    let waits = "It will be asked again automatically.";
    assert_eq!(import_of(&world, &history).await["status"], "queued");
    page_of(&visitor, &history).await.never_says(&[waits]);

    drop(question);
    assert!(steps.ended().await);
    page_of(&visitor, &history).await.says(&[waits]);
    assert!(!steps.ended().await, "nothing else is in progress");
    world.close().await;
}
